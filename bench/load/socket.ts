import { inflateRawSync, constants as zlib } from 'node:zlib';
import type { Frame } from '../../src/wire-clients/codec.ts';
import {
  COMPRESSED,
  clientFrame,
  FrameReader,
  type OnFrame,
  PING,
  PONG,
  upgradeRequest,
} from '../../src/wire-clients/frames.ts';
import { TcpSocket } from './tcp.ts';

export type SocketTarget = {
  /** Loopback only: the generator loads nothing else. */
  readonly port: number;
  readonly path: string;
  /** Value of the Cookie header. */
  readonly cookie?: string;
  /** Requests compressed frames; a server that does not send them is refused. */
  readonly deflate?: true;
};

export type SocketEvents = {
  readonly onFrame: OnFrame;
  /** Called after all frames of one read: the moment to answer them in one write. */
  readonly onReadEnd?: () => void;
  readonly onClose?: () => void;
};

const UPGRADE_MS = 30_000;
/** Without context takeover frames are independent, so that equal ones stay equal. */
const DEFLATE = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
const DEFLATES = /^sec-websocket-extensions:.*permessage-deflate/im;
/** The end of a compressed message, which its sender omits (RFC 7692, 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
/** The last compressed frame of any socket. */
let inflated: { readonly from: Buffer; readonly to: Buffer } = { from: TAIL, to: TAIL };

/** What the generator needs of any connection. */
export type Line = Pick<LoadSocket, 'handOver' | 'send' | 'say' | 'cut'>;

/**
 * A minimal WebSocket client for load generation, so that little of the generator's core is spent per message: no
 * masking, no string per message, no validation of the server.
 */
export class LoadSocket {
  readonly #reader = new FrameReader();
  readonly #tcp: TcpSocket;
  #events: SocketEvents;
  readonly #onFrame: OnFrame;

  /** `onUpgrade` is called with null once the upgrade is complete, with an error if it fails. */
  private constructor(target: SocketTarget, events: SocketEvents, onUpgrade: (error: Error | null) => void) {
    this.#events = events;
    this.#onFrame = (buffer, start, end, opcode) => {
      if (opcode === PING) this.send(clientFrame(buffer.subarray(start, end), { opcode: PONG }));
      else if ((opcode & COMPRESSED) !== 0) this.#inflate(buffer, start, end, opcode);
      else this.#events.onFrame(buffer, start, end, opcode);
    };
    let answer: string | null = '';
    this.#tcp = new TcpSocket(target.port, {
      onConnect: () => this.send(Buffer.from(upgradeOf(target))),
      onData: (buffer, end) => {
        if (answer === null) return this.#read(buffer, end);
        answer += buffer.toString('latin1', 0, end);
        const upgraded = answer.indexOf('\r\n\r\n') + 4;
        if (upgraded < 4) return;
        if (!answer.startsWith('HTTP/1.1 101')) return onUpgrade(new Error(`refused: ${answer.slice(0, 300)}`));
        if (target.deflate === true && !DEFLATES.test(answer))
          return onUpgrade(new Error('the server does not compress'));
        const first = Buffer.from(answer.slice(upgraded), 'latin1');
        answer = null;
        onUpgrade(null);
        this.#read(first, first.length);
      },
      onClose: () => {
        onUpgrade(new Error('closed before the upgrade'));
        this.#events.onClose?.();
      },
    });
  }

  /** Connects and upgrades. Rejects if the server refuses either, or does neither within 30 s. */
  static connect(target: SocketTarget, events: SocketEvents): Promise<LoadSocket> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`no upgrade by port ${target.port} in 30 s`)), UPGRADE_MS);
      const socket = new LoadSocket(target, events, (error) => {
        clearTimeout(timeout);
        if (error === null) resolve(socket);
        else reject(error);
      });
    });
  }

  #read(buffer: Buffer, end: number): void {
    this.#reader.push(buffer, end, this.#onFrame);
    this.#events.onReadEnd?.();
  }

  /** Equal frames on many sockets are inflated once, to save the generator's time. */
  #inflate(buffer: Buffer, start: number, end: number, opcode: number): void {
    const compressed = buffer.subarray(start, end);
    if (!inflated.from.equals(compressed)) {
      const from = Buffer.from(compressed);
      inflated = { from, to: inflateRawSync(Buffer.concat([from, TAIL]), { finishFlush: zlib.Z_SYNC_FLUSH }) };
    }
    this.#events.onFrame(inflated.to, 0, inflated.to.length, opcode & ~COMPRESSED);
  }

  /** From now on, frames are passed to others. */
  handOver(events: SocketEvents): void {
    this.#events = events;
  }

  /** Sends complete frames unchanged. */
  send(frames: Uint8Array): void {
    this.#tcp.send(frames);
  }

  say(message: Frame): void {
    this.send(clientFrame(message));
  }

  /** Closes the connection without a WebSocket close, like a network failure. */
  cut(): void {
    this.#tcp.close();
  }
}

function upgradeOf(target: SocketTarget): string {
  const host = `127.0.0.1:${target.port}`;
  const headers = [`Origin: http://${host}`];
  if (target.deflate === true) headers.push(`Sec-WebSocket-Extensions: ${DEFLATE}`);
  if (target.cookie !== undefined) headers.push(`Cookie: ${target.cookie}`);
  return upgradeRequest(host, target.path, headers);
}
