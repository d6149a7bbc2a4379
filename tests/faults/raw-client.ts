import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { CLOSE, clientFrame, TEXT } from '../../src/wire-clients/frames.ts';
import { openRawSocket, type RawSocket } from '../../src/wire-clients/raw-socket.ts';
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

/** The code of a connection closed without one (RFC 6455, 7.4.1). */
const CUT = 1006;

/** A WebSocket client that can do what libraries prevent: stop reading, or send invalid frames. */
export class RawClient {
  readonly messages: Message[] = [];
  /** Resolves with the code of the server's close frame, or 1006 without one. */
  readonly closed: Promise<number>;
  /** How often the server sent a ping. */
  pings = 0;
  /** Whether it answers pings. */
  answersPings = true;
  readonly #socket: RawSocket;
  readonly #opened: Promise<void>;
  #onMessage: () => void = () => undefined;
  #code = CUT;
  #lastId = 0;

  private constructor(url: string) {
    const { socket, opened } = openRawSocket(url, {
      onFrame: (buffer, start, end, opcode) => {
        this.#handle(opcode, buffer.subarray(start, end));
        this.#onMessage();
      },
    });
    this.#socket = socket;
    this.#opened = opened;
    this.closed = socket.closed.then(() => this.#code);
  }

  /** Opens a WebSocket without connecting as a client. */
  static async open(socketUrl: string): Promise<RawClient> {
    const client = new RawClient(socketUrl);
    await inTime('the upgrade', client.#opened);
    return client;
  }

  /** Opens a WebSocket and connects as a client. */
  static async connect(socketUrl: string): Promise<RawClient> {
    const client = await RawClient.open(socketUrl);
    await client.ask({ connect: {} });
    return client;
  }

  /** Sends commands in one frame; returns the id of the last one. */
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

  /** Sends raw bytes. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  stopReading(): void {
    this.#socket.stopReading();
  }

  readOn(): void {
    this.#socket.readOn();
  }

  /** Publications of a channel in arrival order, including recovered ones. */
  publications(channel: string): readonly Pub[] {
    return this.messages.flatMap(({ push, subscribe }) => {
      if (push?.channel === channel && push.pub !== undefined) return [push.pub];
      return subscribe?.publications ?? [];
    });
  }

  end(): void {
    this.#socket.cut();
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
