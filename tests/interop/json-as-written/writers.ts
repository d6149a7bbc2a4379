import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import PusherServer from 'pusher';
import { io } from 'socket.io-client';
import { API_KEY } from '../ways/way.ts';
import { APP_SECRET, pusherAuth } from './pusher-auth.ts';
import { parsed, type Value } from './values.ts';

/** Publishes as programs in other languages can: any text, not only what JavaScript makes of a value. */
export type Writer = {
  readonly name: string;
  readonly takes: readonly Value['kind'][];
  /** What its publication's data must then be, as text, where that is not `storedAs`. */
  stores?(value: Value): string;
  /** Resolves when the server has taken it; rejects with `Refused`. */
  write(channel: string, value: Value): Promise<void>;
  close(): void;
};

export class Refused extends Error {}

const encoder = new TextEncoder();

/** What a publication's data must be, as text: what was sent, on one line, without the space around it. */
export function storedAs(value: Value): string {
  if (value.kind === 'json') return value.text.replaceAll(/[\r\n]+/g, ' ').trim();
  const text = value.kind === 'text' ? value.text : textIn(value.bytes);
  if (value.kind === 'text') {
    const isOther = parsed(value.text) !== undefined && !/^\s*"/.test(value.text);
    // UTF-8 has no halves of surrogate pairs: they stand as escapes.
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

/** Undefined for bytes that are no JSON in UTF-8. */
function textIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return parsed(text) && text;
  } catch {
    return undefined;
  }
}

export async function openWriters(url: string): Promise<readonly Writer[]> {
  const sockets = await Promise.all([centrifugeWriter(url), pusherWriter(url), socketIoWriter(url)]);
  return [...sockets, protobufWriter(url), socketIoBytesWriter(url), pusherBackend(url), ...httpWriters(url)];
}

/** A socket on which one frame is answered by another. */
async function openSocket(
  url: string,
): Promise<{ socket: WebSocket; ask: (frame: string, isAnswer: RegExp) => Promise<string> }> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const waiting = new Set<(text: string) => void>();
  socket.addEventListener('message', ({ data }) => {
    const text = String(data);
    if (text === '{}' || text === '2') socket.send(text === '2' ? '3' : '{}');
    for (const each of [...waiting]) each(text);
  });
  const ended = new Promise<never>((_, reject) => {
    socket.addEventListener('close', ({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([new Promise((resolve) => socket.addEventListener('open', resolve)), ended]);
  const next = (isAnswer: RegExp) =>
    new Promise<string>((resolve) => {
      const look = (text: string) => {
        const line = text.split('\n').find((each) => isAnswer.test(each));
        if (line !== undefined && waiting.delete(look)) resolve(line);
      };
      waiting.add(look);
    });
  const ask = (frame: string, isAnswer: RegExp) => {
    const answer = next(isAnswer);
    if (frame !== '') socket.send(frame);
    return Promise.race([answer, ended]);
  };
  return { socket, ask };
}

async function centrifugeWriter(url: string): Promise<Writer> {
  const { socket, ask } = await openSocket(`${url}/connection/websocket`);
  await ask('{"id":1,"connect":{}}', /"connect"/);
  let id = 1;
  return {
    name: 'Centrifuge JSON',
    takes: ['json'],
    write: async (channel, value) => {
      id += 1;
      const frame = `{"id":${id},"publish":{"channel":${JSON.stringify(channel)},"data":${textOf(value)}}}`;
      // A line break ends a command.
      const answer = await ask(frame.replaceAll(/[\r\n]+/g, ' '), new RegExp(`^\\{"id":${id},`));
      if (answer.includes('"error"')) throw new Refused(answer);
    },
    close: () => socket.close(),
  };
}

async function pusherWriter(url: string): Promise<Writer> {
  const opened = new Map<string, { socket: WebSocket; ask: (frame: string, isAnswer: RegExp) => Promise<string> }>();
  const open = async (namespace: string, name: string) => {
    const line = await openSocket(`${url}/app/${namespace}?protocol=7`);
    const hello = await line.ask('', /connection_established/);
    const { socket_id: id } = JSON.parse((JSON.parse(hello) as { data: string }).data) as { socket_id: string };
    const data = JSON.stringify({ channel: name, ...pusherAuth(namespace, id, name) });
    await line.ask(`{"event":"pusher:subscribe","data":${data}}`, /subscription_succeeded/);
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
      line.socket.send(`{"event":"client-any","channel":${JSON.stringify(name)},"data":${data}}`);
      // There is no answer to an event; one to what is said behind it comes after it, and after an error.
      const answer = await line.ask('{"event":"pusher:ping","data":{}}', /"pusher:(pong|error)"/);
      if (answer.includes('pusher:error')) throw new Refused(answer);
    },
    close: () => {
      for (const { socket } of opened.values()) socket.close();
    },
  };
}

async function socketIoWriter(url: string): Promise<Writer> {
  const { socket, ask } = await openSocket(`${url}/socket.io/?EIO=4&transport=websocket`);
  await ask('40', /^40/);
  let id = 0;
  return {
    name: 'Socket.IO',
    takes: ['json'],
    write: async (channel, value) => {
      id += 1;
      const answer = await ask(
        `42${id}["publish",${JSON.stringify(channel)},${textOf(value)}]`,
        new RegExp(`^43${id}\\[`),
      );
      if (answer.includes('"ok":false')) throw new Refused(answer);
    },
    close: () => socket.close(),
  };
}

function protobufWriter(url: string): Writer {
  const client = new ProtobufCentrifuge(`${url.replace('http', 'ws')}/connection/websocket`);
  client.connect();
  return {
    name: 'Centrifuge Protobuf',
    takes: ['json', 'bytes'],
    // All is bytes to it, a wrapper too (0006).
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
    // They are bytes there also where they happen to be JSON.
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
