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
  /** Loopback only: the generator is aimed at nothing else. */
  readonly port: number;
  readonly path: string;
  /** Value of the Cookie header. */
  readonly cookie?: string;
  /** Asks for compressed frames; a server that does not give them is refused. */
  readonly deflate?: true;
};

export type SocketEvents = {
  readonly onFrame: OnFrame;
  /** After all frames of one read were handed over: the moment to answer them in one write. */
  readonly onReadEnd?: () => void;
  readonly onClose?: () => void;
};

const UPGRADE_MS = 30_000;
/** Without context takeover each frame stands alone, so that equal ones stay equal. */
const DEFLATE = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
const DEFLATES = /^sec-websocket-extensions:.*permessage-deflate/im;
/** What a compressed message ends with, and its sender leaves out (RFC 7692, 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
/** The last compressed frame, of whichever socket. */
let inflated: { readonly from: Buffer; readonly to: Buffer } = { from: TAIL, to: TAIL };

/** What the generator needs of a connection, whatever it is. */
export type Line = Pick<LoadSocket, 'handOver' | 'send' | 'say' | 'cut'>;

/**
 * A WebSocket client that does what load generation needs and nothing else, so that little of the generator's core
 * goes into each message: no masking, no string a message, no distrust of the server.
 */
export class LoadSocket {
  readonly #reader = new FrameReader();
  readonly #tcp: TcpSocket;
  #events: SocketEvents;
  readonly #onFrame: OnFrame;

  /** `onUpgrade` is called with null once the upgrade is through, with an error when it never will be. */
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

  /** Connects and upgrades. Rejects when the server refuses either, or does neither within 30 s. */
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

  /** Of frames that are the same on many sockets one is inflated: the generator has other things to do. */
  #inflate(buffer: Buffer, start: number, end: number, opcode: number): void {
    const compressed = buffer.subarray(start, end);
    if (!inflated.from.equals(compressed)) {
      const from = Buffer.from(compressed);
      inflated = { from, to: inflateRawSync(Buffer.concat([from, TAIL]), { finishFlush: zlib.Z_SYNC_FLUSH }) };
    }
    this.#events.onFrame(inflated.to, 0, inflated.to.length, opcode & ~COMPRESSED);
  }

  /** From now on, frames go to others. */
  handOver(events: SocketEvents): void {
    this.#events = events;
  }

  /** Sends whole frames as they are. */
  send(frames: Uint8Array): void {
    this.#tcp.send(frames);
  }

  say(message: Frame): void {
    this.send(clientFrame(message));
  }

  /** Cuts the line without a WebSocket close, as a lost network does. */
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
