import type { Payloads } from '../payload.ts';
import { Answers } from './answers.ts';
import { openSocket, type Socket } from './socket.ts';
import {
  ANSWER_MS,
  answerError,
  endError,
  type Heard,
  type Listener,
  type Place,
  type Subscriber,
  type Wire,
  WireError,
} from './wire.ts';

export type SocketIoSettings = { readonly url: string; readonly token: string; readonly payloads: Payloads };

const PATH = '/socket.io/?EIO=4&transport=websocket';
/** Engine.IO's packets, and Socket.IO's in them. https://socket.io/docs/v4/socket-io-protocol */
const PING = '2';
const PONG = '3';
const CONNECTED = '40';
const EVENT = '42';
const ACK = /^43(\d+)(\[.*)$/s;
const REFUSED = '44';
const DISCONNECT = '41';

type Answer = {
  readonly ok: boolean;
  readonly error?: { readonly code: number; readonly message: string };
  readonly epoch?: string;
  readonly offset?: number;
  readonly recovered?: boolean;
  readonly publications?: readonly Publication[];
};
type Publication = { readonly offset?: number; readonly data?: unknown; readonly content?: unknown };

/** Clients of Socket.IO over WebSocket, with the events that docs/socket-io.md names. */
export function socketIoWire(settings: SocketIoSettings): Wire {
  return {
    keepsOrder: true,
    subscribe: async (channel, listener, since) => (await Line.open(settings, listener)).subscribe(channel, since),
    publisher: async (onEnd) => {
      const line = await Line.open(settings, { onHeard: () => undefined, onEnd });
      return {
        publish: async (channel, text) => void (await line.ask('publish', channel, text)),
        close: () => line.close(),
      };
    },
  };
}

/** One connection, in the main Socket.IO namespace. */
class Line {
  readonly #settings: SocketIoSettings;
  readonly #listener: Listener;
  readonly #answers = new Answers<Answer>();
  readonly #entered = Promise.withResolvers<void>();
  #socket: Socket | undefined;
  #place: Place | undefined;

  private constructor(settings: SocketIoSettings, listener: Listener) {
    this.#settings = settings;
    this.#listener = listener;
    // Whoever opened it hears of it, or has heard of something worse.
    this.#entered.promise.catch(() => undefined);
  }

  static async open(settings: SocketIoSettings, listener: Listener): Promise<Line> {
    const line = new Line(settings, listener);
    const timeout = setTimeout(() => line.#entered.reject(new WireError('timeout', 'no answer')), ANSWER_MS);
    try {
      line.#socket = await openSocket(`${settings.url.replace(/^http/, 'ws')}${PATH}`, {
        onFrame: (frame) => line.#onFrame(String(frame)),
        onEnd: (why) => line.#end(why),
      });
      line.#socket.send(`40${settings.token === '' ? '' : JSON.stringify({ token: settings.token })}`);
      await line.#entered.promise;
    } catch (error) {
      line.close();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
    return line;
  }

  async ask(...event: readonly unknown[]): Promise<Answer> {
    const answer = await this.#answers.ask((id) => this.#socket?.send(`42${id}${JSON.stringify(event)}`));
    if (!answer.ok) throw answerError(answer.error?.code ?? 0, answer.error?.message ?? 'refused');
    return answer;
  }

  async subscribe(channel: string, since: Place | undefined): Promise<Subscriber> {
    try {
      const {
        epoch,
        offset = 0,
        recovered = false,
        publications = [],
      } = await this.ask(
        'subscribe',
        channel,
        ...(since === undefined ? [] : [{ since: { epoch: since.epoch, offset: since.offset } }]),
      );
      const moved = (this.#place as Place | undefined)?.offset ?? 0;
      if (epoch !== undefined) this.#place = { epoch, offset: Math.max(offset, moved) };
      if (publications.length > 0) this.#listener.onHeard(publications.map((each) => this.#heardOf(each)));
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
    const error = endError(why);
    this.#entered.reject(error);
    this.#answers.end(error);
    this.#listener.onEnd(why);
  }

  #onFrame(frame: string): void {
    if (frame === PING) return this.#socket?.send(PONG);
    if (frame.startsWith(EVENT)) return this.#onEvent(JSON.parse(frame.slice(EVENT.length)));
    const [, id, answers] = ACK.exec(frame) ?? [];
    if (id !== undefined) return this.#answers.settle(Number(id), JSON.parse(answers as string)[0] as Answer);
    if (frame.startsWith(CONNECTED)) return this.#entered.resolve();
    if (frame.startsWith(REFUSED)) return this.#entered.reject(refusal(frame.slice(REFUSED.length)));
    if (frame.startsWith(DISCONNECT)) this.#end('disconnected by the server');
  }

  /** `publication`, or in rooms `new_message`. */
  #onEvent([event, ...args]: readonly unknown[]): void {
    if (event === 'publication') return this.#hear({ ...(args[2] as Publication), data: args[1] });
    if (event === 'new_message') this.#hear(args[0] as Publication);
  }

  #hear(publication: Publication): void {
    const heard = this.#heardOf(publication);
    if (heard.offset > 0) this.#place = { epoch: this.#place?.epoch ?? '', offset: heard.offset };
    this.#listener.onHeard([heard]);
  }

  #heardOf({ offset = 0, data, content }: Publication): Heard {
    return { offset, stamp: this.#settings.payloads.read(data ?? content) };
  }
}

function refusal(text: string): WireError {
  const { message = 'refused', data } = JSON.parse(text) as { message?: string; data?: { code?: number } };
  return answerError(data?.code ?? 0, message);
}
