import { connect, type Socket } from 'node:net';
import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { CLOSE, clientFrame, FrameReader, TEXT, upgradeRequest } from '../../src/wire-clients/frames.ts';
import { inTime } from './tally.ts';

/** A line of the Centrifuge protocol, as the server wrote it. */
export type Message = {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly temporary?: boolean };
  readonly push?: { readonly channel: string; readonly pub?: Pub };
  readonly subscribe?: { readonly epoch: string; readonly recovered?: boolean; readonly publications?: readonly Pub[] };
  readonly [other: string]: unknown;
};
export type Pub = { readonly offset: number; readonly data: unknown };

const SWITCHED = /^HTTP\/1\.1 101 /;
/** The code of a connection that ended without one (RFC 6455, 7.4.1). */
const CUT = 1006;

/** A WebSocket client that can do what libraries prevent: stop reading, or send bytes that are no frame. */
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
  readonly #reader = new FrameReader();
  /** The answer to the upgrade, and whether it is complete. */
  #head = '';
  #isAnswered = false;
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
    socket.write(upgradeRequest(host, pathname));
    await client.#until('the handshake', () => client.#isAnswered);
    if (!SWITCHED.test(client.#head)) throw new Error(`the handshake failed: ${client.#head}`);
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
    this.write(clientFrame(lines.join('\n')));
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
    if (this.#isAnswered) this.#read(bytes);
    else this.#takeHead(bytes);
    this.#onMessage();
  }

  #takeHead(bytes: Buffer): void {
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.#isAnswered = true;
    this.#read(Buffer.from(this.#head.slice(end + 4), 'latin1'));
    this.#head = this.#head.slice(0, end);
  }

  #read(bytes: Buffer): void {
    this.#reader.push(bytes, bytes.length, (buffer, start, end, opcode) => {
      this.#handle(opcode, buffer.subarray(start, end));
    });
  }

  #handle(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) {
      this.#code = payload.readUInt16BE(0);
      this.#socket.end(clientFrame(payload, { opcode: CLOSE }));
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
    if (this.answersPings) this.write(clientFrame(CENTRIFUGE_JSON.pong));
  }
}
