import PusherServer from 'pusher';
import { io } from 'socket.io-client';
import { CENTRIFUGE_JSON } from '../../../src/wire-clients/centrifuge-json.ts';
import type { Codec } from '../../../src/wire-clients/codec.ts';
import { clientEventText, pusherCodec, socketIdIn, subscribeText } from '../../../src/wire-clients/pusher.ts';
import { openSocket, type Socket } from '../../../src/wire-clients/socket.ts';
import { socketClient } from '../../../src/wire-clients/socket-client.ts';
import { SOCKET_IO } from '../../../src/wire-clients/socket-io.ts';
import type { WireError } from '../../../src/wire-clients/wire-client.ts';
import { stockCentrifuge } from '../ways/centrifuge.ts';
import { API_KEY } from '../ways/way.ts';
import { APP_SECRET, pusherAuth } from './pusher-auth.ts';
import { parsed, type Value } from './values.ts';

/** Publishes raw text, as programs in other languages can, not only what JavaScript makes of a value. */
export type Writer = {
  readonly name: string;
  readonly takes: readonly Value['kind'][];
  /** The resulting publication's data as text, where it is not `storedAs`. */
  stores?(value: Value): string;
  /** Resolves when the server has accepted it; rejects with `Refused`. */
  write(channel: string, value: Value): Promise<void>;
  close(): void;
};

export class Refused extends Error {}

const encoder = new TextEncoder();

/** The resulting publication's data as text: the sent text on one line, without surrounding space. */
export function storedAs(value: Value): string {
  if (value.kind === 'json') return value.text.replaceAll(/[\r\n]+/g, ' ').trim();
  const text = value.kind === 'text' ? value.text : textIn(value.bytes);
  if (value.kind === 'text') {
    const isOther = parsed(value.text) !== undefined && !/^\s*"/.test(value.text);
    // UTF-8 cannot encode lone surrogates: they are escaped.
    return isOther ? escaped(value.text.replaceAll(/[\r\n]+/g, ' ')) : JSON.stringify(value.text);
  }
  const isWrapper = text !== undefined && /^\{"\$binary":"[A-Za-z0-9+/]*={0,2}"\}$/.test(text);
  if (text === undefined || isWrapper) return wrapped(value.bytes);
  return text.replaceAll(/[\r\n]+/g, ' ');
}

function wrapped(bytes: Uint8Array): string {
  return `{"$binary":"${Buffer.from(bytes).toString('base64')}"}`;
}

function escaped(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

/** Undefined for bytes that are not JSON in UTF-8. */
function textIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return parsed(text) && text;
  } catch {
    return undefined;
  }
}

export async function openWriters(url: string): Promise<readonly Writer[]> {
  const sockets = await Promise.all([
    socketWriter('Centrifuge JSON', url, CENTRIFUGE_JSON),
    pusherWriter(url),
    socketWriter('Socket.IO', url, SOCKET_IO),
  ]);
  return [...sockets, protobufWriter(url), socketIoBytesWriter(url), pusherBackend(url), ...httpWriters(url)];
}

/** Through a client that sends the text unchanged. */
async function socketWriter(name: string, url: string, codec: Codec): Promise<Writer> {
  const client = socketClient({ url, codec, read: () => undefined });
  const publisher = await client.publisher(() => undefined);
  return {
    ...{ name, takes: ['json'], close: () => publisher.close() },
    write: (channel, value) => {
      const text = textOf(value);
      // In Centrifuge's JSON a line break ends a command.
      const json = codec === CENTRIFUGE_JSON ? text.replaceAll(/[\r\n]+/g, ' ') : text;
      return publisher.publish(channel, json).catch(refuse);
    },
  };
}

/** Throws `Refused` if the server refuses, and any other error unchanged. */
function refuse(error: WireError): never {
  throw error.fault === 'refused' || error.fault === 'denied' ? new Refused(error.message) : error;
}

/** A socket whose frames are read one after another. */
class TextSocket {
  readonly #frames: string[] = [];
  #wake: () => void = () => undefined;
  #why: string | undefined;
  #socket: Socket | undefined;

  static async open(url: string): Promise<TextSocket> {
    const line = new TextSocket();
    line.#socket = await openSocket(url, {
      onFrame: (frame) => {
        line.#frames.push(String(frame));
        line.#wake();
      },
      onClose: (why) => {
        line.#why = why;
        line.#wake();
      },
    });
    return line;
  }

  send(frame: string): void {
    this.#socket?.send(frame);
  }

  /** The next matching frame; earlier ones are dropped. */
  async next(wanted: RegExp): Promise<string> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined && wanted.test(frame)) return frame;
      if (frame !== undefined) continue;
      if (this.#why !== undefined) throw new Error(this.#why);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket?.close();
  }
}

async function pusherWriter(url: string): Promise<Writer> {
  const opened = new Map<string, TextSocket>();
  const open = async (namespace: string, name: string) => {
    const line = await TextSocket.open(`${url.replace('http', 'ws')}${pusherCodec(namespace).path}`);
    const id = socketIdIn(await line.next(/connection_established/));
    line.send(subscribeText(name, pusherAuth(namespace, id, name).auth));
    await line.next(/subscription_succeeded/);
    return line;
  };
  return {
    name: 'Pusher client events',
    takes: ['json', 'text'],
    // A string is the text of the event (PU6).
    stores: (value) => {
      const isString = value.kind === 'json' && /^\s*"/.test(value.text);
      return storedAs(isString ? { kind: 'text', text: JSON.parse(value.text) as string } : value);
    },
    write: async (channel, value) => {
      const [namespace = '', name = ''] = channel.split(':');
      const line = opened.get(channel) ?? (await open(namespace, name));
      opened.set(channel, line);
      const data = value.kind === 'text' ? JSON.stringify(value.text) : textOf(value);
      line.send(clientEventText('client-any', name, data));
      // An event has no reply; the reply to a later message arrives after it, and after an error.
      line.send('{"event":"pusher:ping","data":{}}');
      const answer = await line.next(/"pusher:(pong|error)"/);
      if (answer.includes('pusher:error')) throw new Refused(answer);
    },
    close: () => {
      for (const line of opened.values()) line.close();
    },
  };
}

function protobufWriter(url: string): Writer {
  const client = stockCentrifuge(url, 'protobuf');
  client.connect();
  return {
    name: 'Centrifuge Protobuf',
    takes: ['json', 'bytes'],
    // It treats everything as bytes, a wrapper too (0006).
    stores: (value) => storedAs(value.kind === 'json' ? { kind: 'bytes', bytes: encoder.encode(value.text) } : value),
    write: async (channel, value) => {
      const bytes = value.kind === 'bytes' ? value.bytes : encoder.encode(value.text);
      await client.publish(channel, bytes).catch((error: { readonly code: number; readonly message: string }) => {
        throw new Refused(error.message);
      });
    },
    close: () => client.disconnect(),
  };
}

/** The stock client, which sends bytes as bytes. */
function socketIoBytesWriter(url: string): Writer {
  const socket = io(url, { forceNew: true, transports: ['websocket'] });
  return {
    name: 'Socket.IO, bytes',
    takes: ['bytes'],
    // They stay bytes even if they happen to be JSON.
    stores: (value) => (value.kind === 'bytes' ? wrapped(value.bytes) : storedAs(value)),
    write: async (channel, value) => {
      if (value.kind !== 'bytes') throw new Error('it takes bytes');
      const answer = (await socket.timeout(10_000).emitWithAck('publish', channel, value.bytes)) as {
        readonly ok: boolean;
      };
      if (!answer.ok) throw new Refused(JSON.stringify(answer));
    },
    close: () => void socket.disconnect(),
  };
}

function pusherBackend(url: string): Writer {
  const { hostname: host, port } = new URL(url);
  return {
    name: "Pusher's package for backends",
    takes: ['text'],
    write: async (channel, value) => {
      const [key = '', name = ''] = channel.split(':');
      const backend = new PusherServer({ appId: key, key, secret: APP_SECRET, host, port, useTLS: false });
      await backend.trigger(name, 'message', textOf(value)).catch((error: Error & { readonly body?: string }) => {
        throw new Refused(error.body ?? error.message);
      });
    },
    close: () => undefined,
  };
}

function httpWriters(url: string): readonly Writer[] {
  const post = async (path: string, body: string | Uint8Array, hasError: (answer: string) => boolean) => {
    const headers = path.startsWith('/api') ? { 'X-API-Key': API_KEY } : undefined;
    const response = await fetch(url + path, { method: 'POST', body: body as string, ...(headers && { headers }) });
    const answer = await response.text();
    if (!response.ok || hasError(answer)) throw new Refused(answer);
  };
  const isError = (answer: string) => answer.includes('"error"');
  const of = (name: string, makeBody: (channel: string, text: string) => [path: string, body: string]): Writer => ({
    ...{ name, takes: ['json'], close: () => undefined },
    write: (channel, value) => post(...makeBody(JSON.stringify(channel), textOf(value)), isError),
  });
  return [
    {
      ...{ name: 'POST /publish, the channel in the query', takes: ['json'], close: () => undefined },
      write: (channel, value) => post(`/publish?channel=${encodeURIComponent(channel)}`, textOf(value), isError),
    },
    of('POST /publish', (channel, text) => ['/publish', `{"data":${text},"channel":${channel}}`]),
    of('/api/publish', (channel, text) => ['/api/publish', `{"channel":${channel},"data": ${text} }`]),
    of('/api/broadcast', (channel, text) => ['/api/broadcast', `{"channels":[${channel}],"data":${text}}`]),
    of('/api/batch', (channel, text) => [
      '/api/batch',
      `{"commands":[{"info":{}},{"publish":{"data":0,"data":${text},"channel":${channel}}}],"parallel":false}`,
    ]),
    of('/api', (channel, text) => [
      '/api',
      `{"method":"publish","params":{"channel":${channel},"data":${text}}}`.replaceAll(/[\r\n]+/g, ' '),
    ]),
    {
      ...{ name: '/api/publish, bytes', takes: ['bytes'], close: () => undefined },
      write: (channel, value) => {
        const b64data = value.kind === 'bytes' ? Buffer.from(value.bytes).toString('base64') : '';
        return post('/api/publish', JSON.stringify({ channel, b64data }), isError);
      },
    },
  ];
}

function textOf(value: Value): string {
  if (value.kind === 'bytes') throw new Error('it takes text');
  return value.text;
}
