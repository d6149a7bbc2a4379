import { Answers } from './answers.ts';
import { type Frame, openSocket, type Socket } from './socket.ts';
import {
  answerError,
  endError,
  type Heard,
  type Listener,
  type Place,
  type Subscriber,
  type Wire,
  WireError,
} from './wire.ts';

/** What the generator says; the same in both formats. https://centrifugal.dev/docs/transports/client_protocol */
export type Command =
  | { readonly kind: 'connect'; readonly token: string }
  | { readonly kind: 'subscribe'; readonly channel: string; readonly since?: Place }
  | { readonly kind: 'publish'; readonly channel: string; readonly text: string };

export type Reply = {
  readonly epoch: string;
  readonly offset: number;
  readonly recovered: boolean;
  /** What was missed. */
  readonly heard: readonly Heard[];
};

/** What the server says, as far as the generator listens. */
export type Told =
  | { readonly kind: 'ping' }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'error'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly kind: 'publication'; readonly heard: Heard }
  | { readonly kind: 'unsubscribe'; readonly code: number; readonly reason: string };

/** One of the protocol's two formats. */
export type Format = {
  readonly path: string;
  readonly pong: Frame;
  encode(id: number, command: Command): Frame;
  /** Throws for what is none of this protocol. */
  decode(frame: Frame): readonly Told[];
};

export type CentrifugeSettings = { readonly url: string; readonly token: string; readonly format: Format };

type Decode = (frame: Frame) => readonly Told[];

/** Clients of the Centrifuge protocol, which publish over their connection. */
export function centrifugeWire(settings: CentrifugeSettings): Wire {
  const decode = rememberLast(settings.format);
  return {
    keepsOrder: true,
    subscribe: async (channel, listener, since) => {
      const line = await Line.open(settings, decode, listener);
      return line.subscribe(channel, since);
    },
    publisher: async (onEnd) => {
      const line = await Line.open(settings, decode, { onHeard: () => undefined, onEnd });
      return {
        publish: async (channel, text) => void (await line.ask({ kind: 'publish', channel, text })),
        close: () => line.close(),
      };
    },
  };
}

/** All subscribers get the same frames one after the other: each is decoded once. */
function rememberLast(format: Format): Decode {
  let lastFrame: Frame | undefined;
  let lastTold: readonly Told[] = [];
  return (frame) => {
    if (lastFrame !== undefined && isSame(lastFrame, frame)) return lastTold;
    lastTold = format.decode(frame);
    lastFrame = frame;
    return lastTold;
  };
}

function isSame(one: Frame, other: Frame): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return Buffer.compare(one, other) === 0;
}

/** One connection. */
class Line {
  readonly #format: Format;
  readonly #decode: Decode;
  readonly #listener: Listener;
  readonly #answers = new Answers<Reply>();
  #socket: Socket | undefined;
  #place: Place | undefined;

  private constructor(format: Format, decode: Decode, listener: Listener) {
    this.#format = format;
    this.#decode = decode;
    this.#listener = listener;
  }

  static async open({ url, token, format }: CentrifugeSettings, decode: Decode, listener: Listener): Promise<Line> {
    const line = new Line(format, decode, listener);
    line.#socket = await openSocket(`${url.replace(/^http/, 'ws')}${format.path}`, {
      onFrame: (frame) => line.#onFrame(frame),
      onEnd: (why) => line.#end(why),
    }).catch((error: Error) => {
      line.#answers.end(error);
      throw error;
    });
    try {
      await line.ask({ kind: 'connect', token });
    } catch (error) {
      line.close();
      throw error;
    }
    return line;
  }

  ask(command: Command): Promise<Reply> {
    return this.#answers.ask((id) => this.#socket?.send(this.#format.encode(id, command)));
  }

  async subscribe(channel: string, since: Place | undefined): Promise<Subscriber> {
    try {
      const { epoch, offset, recovered, heard } = await this.ask({
        kind: 'subscribe',
        channel,
        ...(since && { since }),
      });
      // Publications that came in one frame with the answer have moved it on already.
      const moved = (this.#place as Place | undefined)?.offset ?? 0;
      if (epoch !== '') this.#place = { epoch, offset: Math.max(offset, moved) };
      if (heard.length > 0) this.#listener.onHeard(heard);
      return { recovered, place: () => this.#place, close: () => this.close() };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#answers.end(new WireError('closed', 'closed'));
    this.#socket?.close();
  }

  #end(why: string): void {
    this.#answers.end(endError(why));
    this.#listener.onEnd(why);
  }

  #onFrame(frame: Frame): void {
    const heard: Heard[] = [];
    for (const each of this.#decode(frame)) this.#take(each, heard);
    if (heard.length > 0) this.#listener.onHeard(heard);
  }

  #take(told: Told, heard: Heard[]): void {
    switch (told.kind) {
      case 'ping':
        return this.#socket?.send(this.#format.pong);
      case 'reply':
        return this.#answers.settle(told.id, told.reply);
      case 'error':
        return this.#answers.settle(told.id, answerError(told.code, told.message));
      case 'publication':
        heard.push(told.heard);
        if (told.heard.offset > 0) this.#place = { epoch: this.#place?.epoch ?? '', offset: told.heard.offset };
        return;
      case 'unsubscribe':
        return this.#listener.onEnd(`unsubscribed ${told.code}: ${told.reason}`);
      default:
        return told satisfies never;
    }
  }
}
