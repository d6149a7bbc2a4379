import { connect, type Socket } from 'node:net';
import { FrameReader, type OnFrame, upgradeRequest } from './frames.ts';

const SWITCHED = /^HTTP\/1\.1 101 /;
const HEAD_END = '\r\n\r\n';

/** A TCP connection that can do what client libraries prevent: stop reading, and send any bytes. */
export class RawSocket {
  /** Resolves when the connection has ended and everything sent before was read. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  /** Connects to the host of the URL and sends `request`. */
  constructor(url: string, request: string, onBytes: (bytes: Buffer) => void) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.on('data', (bytes) => onBytes(Buffer.from(bytes as Uint8Array)));
    // The event `close` follows each error.
    this.#socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.#socket.on('close', () => resolve()));
    this.#socket.write(request);
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

  /** Sends the last bytes and closes the connection. */
  end(bytes: Uint8Array): void {
    this.#socket.end(bytes);
  }

  /** Closes the connection at once. */
  cut(): void {
    this.#socket.destroy();
  }
}

export type RawUpgrade = { readonly path?: string; readonly headers?: readonly string[]; readonly onFrame: OnFrame };

/** Opens a WebSocket on a raw connection. `opened` rejects if the server refuses it. */
export function openRawSocket(
  url: string,
  { path = new URL(url).pathname, headers = [], onFrame }: RawUpgrade,
): { readonly socket: RawSocket; readonly opened: Promise<void> } {
  const reader = new FrameReader();
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
  let [head, isAnswered] = ['', false];
  const read = (bytes: Buffer) => reader.push(bytes, bytes.length, onFrame);
  const socket = new RawSocket(url, upgradeRequest(new URL(url).host, path, headers), (bytes) => {
    if (isAnswered) return read(bytes);
    head += bytes.toString('latin1');
    const end = head.indexOf(HEAD_END);
    if (end < 0) return;
    isAnswered = true;
    if (!SWITCHED.test(head)) return reject(new Error(`the upgrade was refused: ${head}`));
    resolve();
    read(Buffer.from(head.slice(end + HEAD_END.length), 'latin1'));
  });
  void socket.closed.then(() => reject(new Error('closed before the upgrade')));
  return { socket, opened };
}
