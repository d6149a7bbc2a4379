import { connect, type Socket } from 'node:net';
import { inTime } from './tally.ts';

/** A line of the Centrifuge protocol, as it came. */
export type Message = {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly temporary?: boolean };
  readonly push?: { readonly channel: string; readonly pub?: Pub };
  readonly subscribe?: { readonly epoch: string; readonly recovered?: boolean; readonly publications?: readonly Pub[] };
  readonly [other: string]: unknown;
};
export type Pub = { readonly offset: number; readonly data: unknown };

const TEXT = 1;
const CLOSE = 8;
const FINAL = 0x80;
const MASKED = 0x80;
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const SWITCHED = /^HTTP\/1\.1 101 /;
/** The code of a connection that ended without one (RFC 6455, 7.4.1). */
const CUT = 1006;

/** A WebSocket client that may do what no library lets it: stop reading, or send what is no frame. */
export class RawClient {
  readonly messages: Message[] = [];
  /** Resolves with the code of the server's close frame, or 1006 where it just went. */
  readonly closed: Promise<number>;
  /** How often the server has pinged. */
  pings = 0;
  /** Whether it answers pings. */
  answersPings = true;
  readonly #socket: Socket;
  #onMessage: () => void = () => undefined;
  #bytes = Buffer.alloc(0);
  #head: string | undefined;
  #code = CUT;
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(Buffer.from(bytes as Uint8Array)));
    // What there is to know of an error, `close` tells.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', () => resolve(this.#code)));
  }

  /** Opens a WebSocket, and no more. */
  static async open(socketUrl: string): Promise<RawClient> {
    const { hostname, port, host, pathname } = new URL(socketUrl);
    const socket = connect(Number(port), hostname);
    const client = new RawClient(socket);
    const upgrade = [
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${KEY}`,
      'Sec-WebSocket-Version: 13',
    ];
    socket.write([`GET ${pathname} HTTP/1.1`, `Host: ${host}`, ...upgrade, '', ''].join('\r\n'));
    await client.#until('the handshake', () => client.#head !== undefined);
    if (!SWITCHED.test(client.#head ?? '')) throw new Error(`the handshake failed: ${client.#head}`);
    return client;
  }

  /** Opens a WebSocket and connects as a client. */
  static async connect(socketUrl: string): Promise<RawClient> {
    const client = await RawClient.open(socketUrl);
    await client.ask({ connect: {} });
    return client;
  }

  /** Sends commands in one frame; gives the id of the last one. */
  send(...commands: readonly object[]): number {
    const lines = commands.map((command) => {
      this.#lastId += 1;
      return JSON.stringify({ id: this.#lastId, ...command });
    });
    this.write(frame(lines.join('\n')));
    return this.#lastId;
  }

  /** Sends a command and waits for its reply. */
  ask(command: object): Promise<Message> {
    return this.reply(this.send(command));
  }

  async reply(id: number): Promise<Message> {
    await this.#until(`reply ${id}`, () => this.messages.some((message) => message.id === id));
    return this.messages.find((message) => message.id === id) as Message;
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** Publications of a channel in the order in which they came, those of a recovery included. */
  publications(channel: string): readonly Pub[] {
    return this.messages.flatMap(({ push, subscribe }) => {
      if (push?.channel === channel && push.pub !== undefined) return [push.pub];
      return subscribe?.publications ?? [];
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  async #until(what: string, isIt: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onMessage = () => {
      if (isIt()) resolve();
    };
    this.#onMessage();
    const gone = this.closed.then((code) => {
      if (!isIt()) throw new Error(`the connection closed with ${code} before ${what}`);
    });
    await inTime(what, Promise.race([promise, gone]));
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (this.#head === undefined) this.#takeHead();
    if (this.#head !== undefined) while (this.#takeFrame());
    this.#onMessage();
  }

  #takeHead(): void {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.#head = this.#bytes.subarray(0, end).toString();
    this.#bytes = this.#bytes.subarray(end + 4);
  }

  /** False when there is no whole frame yet. */
  #takeFrame(): boolean {
    const short = this.#bytes.length < 2 ? undefined : this.#bytes.readUInt8(1);
    if (short === undefined) return false;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#bytes.length < header) return false;
    const length = header === 2 ? short : this.#bytes.readUIntBE(header === 4 ? 2 : 4, header === 4 ? 2 : 6);
    if (this.#bytes.length < header + length) return false;
    const opcode = this.#bytes.readUInt8(0) & 0x0f;
    this.#handle(opcode, this.#bytes.subarray(header, header + length));
    this.#bytes = this.#bytes.subarray(header + length);
    return true;
  }

  #handle(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) {
      this.#code = payload.readUInt16BE(0);
      this.#socket.end(frame(payload, { opcode: CLOSE }));
    } else if (opcode === TEXT) {
      for (const line of payload.toString().split('\n')) if (line !== '') this.#hear(JSON.parse(line));
    }
  }

  #hear(message: Message): void {
    if (Object.keys(message).length > 0) {
      this.messages.push(message);
      return;
    }
    this.pings += 1;
    if (this.answersPings) this.write(frame('{}'));
  }
}

export type FrameOptions = { readonly opcode?: number; readonly reservedBits?: number; readonly masked?: boolean };

/** A client's WebSocket frame (RFC 6455, 5.2), right or wrong. The mask is zero, so the payload stays readable. */
export function frame(payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = TEXT, reservedBits = 0, masked = true } = options;
  const body = Buffer.from(payload as string);
  const mask = masked ? Buffer.alloc(4) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from([FINAL | reservedBits | opcode]), lengthOf(body.length, masked), mask, body]);
}

function lengthOf(length: number, masked: boolean): Buffer {
  const bit = masked ? MASKED : 0;
  if (length < 126) return Buffer.from([bit | length]);
  if (length < 65_536) return Buffer.from([bit | 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(9);
  long.writeUInt8(bit | 127);
  long.writeUIntBE(length, 3, 6);
  return long;
}
