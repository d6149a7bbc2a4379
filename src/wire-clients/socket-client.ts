import { Answers } from './answers.ts';
import type { Codec, Command, Frame, Message, Reply } from './codec.ts';
import { openSocket, type Socket } from './socket.ts';
import {
  closeError,
  type Delivery,
  type Listener,
  type Place,
  type Publisher,
  type ReadData,
  type Subscriber,
  type WireClient,
  WireError,
} from './wire-client.ts';

export type SocketClientSettings<T> = {
  /** Origin of the deployment, `http:` or `https:`. */
  readonly url: string;
  readonly token?: string;
  readonly codec: Codec;
  readonly read: ReadData<T>;
  /** Publishes for clients of a protocol that cannot publish. */
  readonly backend?: Publisher;
};

type Decode<T> = (frame: Frame) => readonly Message<T>[];

/** Clients of a protocol over WebSocket, each with its own connection. */
export function socketClient<T>(settings: SocketClientSettings<T>): WireClient<T> {
  const decode = rememberLast(settings.codec, settings.read);
  const { backend } = settings;
  return {
    keepsOrder: backend === undefined,
    subscribe: async (channel, listener, since) => {
      const connection = await Connection.open(settings, decode, listener);
      return connection.subscribe(channel, since);
    },
    publisher: async (onClose) => {
      if (backend !== undefined) return backend;
      const connection = await Connection.open(settings, decode, { onPublications: () => undefined, onClose });
      return {
        publish: async (channel, json) => void (await connection.ask({ kind: 'publish', channel, json })),
        close: () => connection.close(),
      };
    },
  };
}

/** Subscribers of a channel receive equal frames in succession: each is decoded once. */
function rememberLast<T>({ decode }: Codec, read: ReadData<T>): Decode<T> {
  let lastFrame: Frame | undefined;
  let lastMessages: readonly Message<T>[] = [];
  return (frame) => {
    if (lastFrame !== undefined && isSame(lastFrame, frame)) return lastMessages;
    lastMessages = decode(frame).map((message) => withData(message, read));
    lastFrame = frame;
    return lastMessages;
  };
}

function isSame(one: Frame, other: Frame): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return Buffer.compare(one, other) === 0;
}

function withData<T>(message: Message, read: ReadData<T>): Message<T> {
  const one = ({ offset, data }: Delivery<unknown>) => ({ offset, data: read(data) });
  switch (message.kind) {
    case 'publication':
      return { ...message, publication: one(message.publication) };
    case 'reply':
      return { ...message, reply: { ...message.reply, publications: message.reply.publications.map(one) } };
    default:
      return message;
  }
}

class Connection<T> {
  readonly #codec: Codec;
  readonly #decode: Decode<T>;
  readonly #listener: Listener<T>;
  readonly #answers = new Answers<Reply<T>>();
  #socket: Socket | undefined;
  #place: Place | undefined;

  private constructor(codec: Codec, decode: Decode<T>, listener: Listener<T>) {
    this.#codec = codec;
    this.#decode = decode;
    this.#listener = listener;
  }

  static async open<T>(
    { url, token = '', codec }: SocketClientSettings<T>,
    decode: Decode<T>,
    listener: Listener<T>,
  ): Promise<Connection<T>> {
    const connection = new Connection(codec, decode, listener);
    // A server that sends first may do so before the socket is known here.
    let first: Frame | undefined;
    const connected = connection.#answers.ask((id) => {
      first = codec.encode(id, { kind: 'connect', token });
    });
    connected.catch(() => undefined);
    try {
      connection.#socket = await openSocket(`${url.replace(/^http/, 'ws')}${codec.path}`, {
        onFrame: (frame) => connection.#onFrame(frame),
        onClose: (why) => connection.#onClose(why),
      });
      if (first !== undefined) connection.#socket.send(first);
      await connected;
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  ask(command: Command): Promise<Reply<T>> {
    return this.#answers.ask((id) => {
      const frame = this.#codec.encode(id, command);
      if (frame !== undefined) this.#socket?.send(frame);
    });
  }

  async subscribe(channel: string, since: Place | undefined): Promise<Subscriber> {
    try {
      const { epoch, offset, recovered, publications } = await this.ask({
        kind: 'subscribe',
        channel,
        ...(since && { since }),
      });
      // Publications in one frame with the reply have advanced it already.
      const moved = (this.#place as Place | undefined)?.offset ?? 0;
      if (epoch !== '') this.#place = { epoch, offset: Math.max(offset, moved) };
      if (publications.length > 0) this.#listener.onPublications(publications);
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

  #onClose(why: string): void {
    this.#answers.end(closeError(why));
    this.#listener.onClose(why);
  }

  #onFrame(frame: Frame): void {
    const publications: Delivery<T>[] = [];
    for (const message of this.#decode(frame)) this.#take(message, publications);
    if (publications.length > 0) this.#listener.onPublications(publications);
  }

  #take(message: Message<T>, publications: Delivery<T>[]): void {
    switch (message.kind) {
      case 'ping':
        return this.#socket?.send(this.#codec.pong);
      case 'reply':
        return this.#answers.settle(message.id, message.reply);
      case 'error':
        return this.#answers.settle(message.id, message.error);
      case 'publication': {
        const { publication } = message;
        publications.push(publication);
        if (publication.offset > 0) this.#place = { epoch: this.#place?.epoch ?? '', offset: publication.offset };
        return;
      }
      case 'end':
        return this.#onClose(message.why);
      default:
        return message satisfies never;
    }
  }
}
