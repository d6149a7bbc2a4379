import { connect, type Socket } from 'node:net';
import { frame } from './raw-client.ts';

/** What tests publish: a number, and what the publication is about. */
export type Mark = { readonly number: number; readonly key: string };
const MARK = /mark:(\d+):(\w+)/g;

/** A channel's data that can be found again in whatever any protocol makes of it. */
export function dataOf({ number, key }: Mark, padding: string): object {
  return { mark: `mark:${number}:${key}`, padding };
}

/** A client that may stop reading. */
export interface SlowLine {
  /** All that came, byte by byte. */
  readonly text: string;
  /** Resolves when the server has ended it, and all that came before is read. */
  readonly ended: Promise<void>;
  stopReading(): void;
  readOn(): void;
  end(): void;
}

/** What has come of the channel, in the order in which it came. */
export function marksOf({ text }: SlowLine): Mark[] {
  return [...text.matchAll(MARK)].map(([, number, key = '']) => ({ number: Number(number), key }));
}

/** How a client comes in, by the protocol and transport that it has. */
export type Way = {
  readonly name: string;
  open(url: string): Promise<SlowLine>;
  /** As a client that has been given what `before` was comes back; absent where the protocol has no recovery. */
  back?(url: string, before: SlowLine): Promise<SlowLine>;
  /** Tells, where there is room for it, that the client was too slow. */
  readonly lastWord: string;
};

/** A socket of the system's, read as bytes. */
class TcpLine implements SlowLine {
  text = '';
  readonly ended: Promise<void>;
  readonly #socket: Socket;

  constructor(url: string, head: readonly string[], body = '') {
    const { hostname, port, host } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.on('data', (bytes) => {
      this.text += Buffer.from(bytes as Uint8Array).toString('latin1');
    });
    this.#socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => this.#socket.on('close', () => resolve()));
    const [request = '', ...headers] = head;
    this.#socket.write([request, `Host: ${host}`, ...headers, '', body].join('\r\n'));
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.destroy();
  }

  async has(text: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!this.text.includes(text)) {
      if (Date.now() > deadline) throw new Error(`${JSON.stringify(text)} did not come, but ${this.text}`);
      await Bun.sleep(5);
    }
  }
}

const UPGRADE = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

async function webSocket(url: string, path: string, ...frames: readonly Uint8Array[]): Promise<TcpLine> {
  const line = new TcpLine(url, [`GET ${path} HTTP/1.1`, ...UPGRADE]);
  await line.has('\r\n\r\n');
  for (const each of frames) line.write(each);
  return line;
}

const CHANNEL = 'shop:x';
const BINARY = { opcode: 2 };
const CONNECT = '{"id":1,"connect":{}}';
/** Of a close frame: the code, and the reason. */
const SLOW = '\x0b\xc0slow';

const subscribe = (since = '') => `{"id":2,"subscribe":{"channel":"${CHANNEL}"${since}}}`;
/** Connect with an empty body (4), and subscribe (5) to the channel (1); each behind its length. */
const PROTOBUF = Buffer.concat([
  Buffer.from([4, 0x08, 1, 0x22, 0]),
  Buffer.from([4 + 2 + CHANNEL.length, 0x08, 2, 0x2a, 2 + CHANNEL.length, 0x0a, CHANNEL.length]),
  Buffer.from(CHANNEL),
]);

/** Where a client of the Centrifuge protocol goes on, in JSON. */
function sinceOf({ text }: SlowLine): string {
  const offset = [...text.matchAll(/"offset":(\d+)/g)].at(-1)?.[1];
  return `,"recover":true,"epoch":"","offset":${offset}`;
}

const httpStream = (url: string, since = '') => {
  const body = `${CONNECT}\n${subscribe(since)}`;
  const head = ['POST /connection/http_stream HTTP/1.1', `Content-Length: ${body.length}`];
  return Promise.resolve(new TcpLine(url, head, body));
};
const events = (url: string, lastId?: string) => {
  const id = lastId === undefined ? [] : [`Last-Event-ID: ${lastId}`];
  return Promise.resolve(new TcpLine(url, [`GET /sse?channel=${CHANNEL} HTTP/1.1`, ...id]));
};
const centrifugeSocket = (url: string, since = '') =>
  webSocket(url, '/connection/websocket', frame(`${CONNECT}\n${subscribe(since)}`));
const socketIo = async (url: string, auth = '{}') => {
  const line = await webSocket(url, '/socket.io/?EIO=4&transport=websocket', frame(`40${auth}`));
  await line.has('40{');
  if (auth === '{}') line.write(frame(`42["subscribe","${CHANNEL}"]`));
  return line;
};

/** What a Socket.IO client brings: the `pid` it was given, and the last argument of its last event. */
function authOf({ text }: SlowLine): string {
  const pid = /"pid":"([^"]+)"/.exec(text)?.[1];
  const offset = [...text.matchAll(/,"([^"\\]+)"\]/g)].at(-1)?.[1];
  return JSON.stringify({ pid, offset });
}

/** A Socket.IO client that asks for every answer. */
class PollingLine implements SlowLine {
  text = '';
  readonly ended: Promise<void>;
  readonly #url: string;
  #reads = Promise.resolve();
  #readOn: () => void = () => undefined;
  #isOver = false;

  constructor(url: string, sid: string) {
    this.#url = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    this.ended = this.#poll();
  }

  static async open(url: string): Promise<PollingLine> {
    const greeting = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(greeting.slice(1)) as { readonly sid: string };
    const line = new PollingLine(url, sid);
    await line.#say('40{}');
    await line.#say(`42["subscribe","${CHANNEL}"]`);
    return line;
  }

  stopReading(): void {
    this.#reads = new Promise((resolve) => {
      this.#readOn = resolve;
    });
  }

  readOn(): void {
    this.#readOn();
  }

  end(): void {
    this.#isOver = true;
    this.#readOn();
  }

  async #say(body: string): Promise<void> {
    await fetch(this.#url, { method: 'POST', body });
  }

  async #poll(): Promise<void> {
    while (!this.#isOver) {
      const answer = await fetch(this.#url);
      this.text += await answer.text();
      if (!answer.ok) return;
      // Engine.IO's heartbeat; no event ends so.
      if (this.text.endsWith('2')) await this.#say('3');
      await this.#reads;
    }
  }
}

export const WAYS: readonly Way[] = [
  {
    ...{ name: 'Centrifuge JSON', lastWord: SLOW },
    open: centrifugeSocket,
    back: (url, before) => centrifugeSocket(url, sinceOf(before)),
  },
  {
    ...{ name: 'Centrifuge Protobuf', lastWord: SLOW },
    open: (url) => webSocket(url, '/connection/websocket?format=protobuf', frame(PROTOBUF, BINARY)),
  },
  {
    ...{ name: 'Centrifuge HTTP stream', lastWord: '"disconnect":{"code":3008' },
    open: httpStream,
    back: (url, before) => httpStream(url, sinceOf(before)),
  },
  {
    ...{ name: 'server-sent events', lastWord: '"code":3008,"reason":"slow","reconnect":true' },
    open: events,
    back: (url, before) => events(url, [...before.text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1]),
  },
  {
    ...{ name: 'Pusher', lastWord: '\x10\x68' },
    open: (url) => webSocket(url, '/app/shop?protocol=7', frame('{"event":"pusher:subscribe","data":{"channel":"x"}}')),
  },
  {
    ...{ name: 'Socket.IO over WebSocket', lastWord: '' },
    open: socketIo,
    back: (url, before) => socketIo(url, authOf(before)),
  },
  { name: 'Socket.IO by polling', lastWord: '', open: PollingLine.open },
];
