import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { CENTRIFUGE_PROTOBUF } from '../../src/wire-clients/centrifuge-protobuf.ts';
import type { Command } from '../../src/wire-clients/codec.ts';
import { clientFrame, upgradeRequest } from '../../src/wire-clients/frames.ts';
import { eventsPath } from '../../src/wire-clients/plain-http.ts';
import { pusherCodec, subscribeText } from '../../src/wire-clients/pusher.ts';
import { RawSocket } from '../../src/wire-clients/raw-socket.ts';
import { connectPacket, SOCKET_IO } from '../../src/wire-clients/socket-io.ts';
import type { Place } from '../../src/wire-clients/wire-client.ts';

/** The data tests publish: a number and filler text. */
export type Mark = { readonly number: number; readonly key: string };
const MARK = /mark:(\d+):(\w+)/g;

/** The channel's data in a form that can be found in the output of any protocol. */
export function dataOf({ number, key }: Mark, padding: string): object {
  return { mark: `mark:${number}:${key}`, padding };
}

/** A client that can stop reading. */
export interface SlowLine {
  /** Everything received, byte by byte. */
  readonly text: string;
  /** Resolves when the server has closed it and everything sent before was read. */
  readonly closed: Promise<void>;
  stopReading(): void;
  readOn(): void;
  cut(): void;
}

/** Data received for the channel, in arrival order. */
export function marksOf({ text }: SlowLine): Mark[] {
  return [...text.matchAll(MARK)].map(([, number, key = '']) => ({ number: Number(number), key }));
}

/** How a client connects with its protocol and transport. */
export type Way = {
  readonly name: string;
  open(url: string): Promise<SlowLine>;
  /** Reconnects as a client that received `before`; absent if the protocol has no recovery. */
  back?(url: string, before: SlowLine): Promise<SlowLine>;
  /** Whether the server said that the client was too slow, where the protocol can. */
  readonly disconnectReason: string;
};

/** A raw connection, read as text. */
class TcpLine extends RawSocket implements SlowLine {
  text = '';

  constructor(url: string, request: string) {
    super(url, request, (bytes) => {
      this.text += bytes.toString('latin1');
    });
  }

  async has(text: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!this.text.includes(text)) {
      if (Date.now() > deadline) throw new Error(`${JSON.stringify(text)} did not come, but ${this.text}`);
      await Bun.sleep(5);
    }
  }
}

async function webSocket(url: string, path: string, ...frames: readonly Uint8Array[]): Promise<TcpLine> {
  const line = new TcpLine(url, upgradeRequest(new URL(url).host, path));
  await line.has('\r\n\r\n');
  for (const each of frames) line.write(each);
  return line;
}

/** A request whose response does not end. */
function stream(url: string, start: string, headers: readonly string[], body = ''): Promise<TcpLine> {
  const lines = [`${start} HTTP/1.1`, `Host: ${new URL(url).host}`, ...headers, '', body];
  return Promise.resolve(new TcpLine(url, lines.join('\r\n')));
}

const CHANNEL = 'shop:x';
/** A close frame's code and reason. */
const SLOW = '\x0b\xc0slow';

const CONNECT: Command = { kind: 'connect' };
const subscribe = (since?: Place): Command => ({ kind: 'subscribe', channel: CHANNEL, ...(since && { since }) });
const jsonCommands = (since?: Place) =>
  `${CENTRIFUGE_JSON.encode(1, CONNECT)}\n${CENTRIFUGE_JSON.encode(2, subscribe(since))}`;

/** The last position of a Centrifuge client, in JSON. */
function placeOf({ text }: SlowLine): Place {
  return { epoch: '', offset: Number([...text.matchAll(/"offset":(\d+)/g)].at(-1)?.[1]) };
}

const httpStream = (url: string, since?: Place) => {
  const body = jsonCommands(since);
  return stream(url, 'POST /connection/http_stream', [`Content-Length: ${body.length}`], body);
};
const events = (url: string, lastId?: string) =>
  stream(url, `GET ${eventsPath(CHANNEL)}`, lastId === undefined ? [] : [`Last-Event-ID: ${lastId}`]);
const centrifugeSocket = (url: string, since?: Place) =>
  webSocket(url, CENTRIFUGE_JSON.path, clientFrame(jsonCommands(since)));
const protobufSocket = (url: string) => {
  const commands = [CENTRIFUGE_PROTOBUF.encode(1, CONNECT), CENTRIFUGE_PROTOBUF.encode(2, subscribe())];
  return webSocket(url, CENTRIFUGE_PROTOBUF.path, clientFrame(Buffer.concat(commands)));
};
const socketIo = async (url: string, auth?: object) => {
  const line = await webSocket(url, SOCKET_IO.path, clientFrame(connectPacket(auth)));
  await line.has('40{');
  if (auth === undefined) line.write(clientFrame(SOCKET_IO.encode(1, subscribe())));
  return line;
};
const pusher = (url: string) =>
  webSocket(url, pusherCodec('shop').path, clientFrame(subscribeText(CHANNEL.slice('shop:'.length))));

/** What a Socket.IO client sends on return: its `pid`, and the last argument of its last event. */
function authOf({ text }: SlowLine): object {
  const pid = /"pid":"([^"]+)"/.exec(text)?.[1];
  const offset = [...text.matchAll(/,"([^"\\]+)"\]/g)].at(-1)?.[1];
  return { pid, offset };
}

const POLLING_PATH = SOCKET_IO.path.replace('websocket', 'polling');

/** A Socket.IO client on HTTP polling. */
class PollingLine implements SlowLine {
  text = '';
  readonly closed: Promise<void>;
  readonly #url: string;
  #reads = Promise.resolve();
  #readOn: () => void = () => undefined;
  #isOver = false;

  constructor(url: string, sid: string) {
    this.#url = `${url}${POLLING_PATH}&sid=${sid}`;
    this.closed = this.#poll();
  }

  static async open(url: string): Promise<PollingLine> {
    const greeting = await (await fetch(`${url}${POLLING_PATH}`)).text();
    const { sid } = JSON.parse(greeting.slice(1)) as { readonly sid: string };
    const line = new PollingLine(url, sid);
    await line.#say(connectPacket());
    await line.#say(SOCKET_IO.encode(1, subscribe()));
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

  cut(): void {
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
      // Engine.IO's heartbeat; no event ends like this.
      if (this.text.endsWith('2')) await this.#say(SOCKET_IO.pong);
      await this.#reads;
    }
  }
}

export const WAYS: readonly Way[] = [
  {
    ...{ name: 'Centrifuge JSON', disconnectReason: SLOW },
    open: centrifugeSocket,
    back: (url, before) => centrifugeSocket(url, placeOf(before)),
  },
  {
    ...{ name: 'Centrifuge Protobuf', disconnectReason: SLOW },
    open: protobufSocket,
  },
  {
    ...{ name: 'Centrifuge HTTP stream', disconnectReason: '"disconnect":{"code":3008' },
    open: httpStream,
    back: (url, before) => httpStream(url, placeOf(before)),
  },
  {
    ...{ name: 'server-sent events', disconnectReason: '"code":3008,"reason":"slow","reconnect":true' },
    open: events,
    back: (url, before) => events(url, [...before.text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1]),
  },
  {
    ...{ name: 'Pusher', disconnectReason: '\x10\x68' },
    open: pusher,
  },
  {
    ...{ name: 'Socket.IO over WebSocket', disconnectReason: '' },
    open: socketIo,
    back: (url, before) => socketIo(url, authOf(before)),
  },
  { name: 'Socket.IO by polling', disconnectReason: '', open: PollingLine.open },
];
