import type { Line, SocketEvents } from './socket.ts';
import { TcpSocket } from './tcp.ts';

const OPEN_MS = 30_000;
const [CR, LF] = ['\r'.charCodeAt(0), '\n'.charCodeAt(0)];

type Target = {
  readonly port: number;
  readonly path: string;
  /** Text in the event that confirms the stream. */
  readonly until: string;
};

/** A minimal client of server-sent events for load generation: each event is a frame. */
export class EventSocket implements Line {
  readonly #tcp: TcpSocket;
  readonly #reader = new EventReader();
  #events: SocketEvents;

  private constructor(target: Target, onOpen: (error: Error | null) => void) {
    const head = `GET ${target.path} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nAccept: text/event-stream\r\n\r\n`;
    let [seen, isAnswered] = ['', false];
    this.#events = {
      onFrame: (buffer, start, end) => {
        seen += buffer.toString('latin1', start, end);
        if (seen.includes(target.until)) onOpen(null);
      },
    };
    let answer = '';
    this.#tcp = new TcpSocket(target.port, {
      onConnect: () => this.send(Buffer.from(head)),
      onData: (buffer, end) => {
        if (isAnswered) return this.#read(buffer, end);
        answer += buffer.toString('latin1', 0, end);
        const body = answer.indexOf('\r\n\r\n') + 4;
        if (body < 4) return;
        if (!answer.startsWith('HTTP/1.1 200')) return onOpen(new Error(`refused: ${answer.slice(0, 300)}`));
        isAnswered = true;
        const first = Buffer.from(answer.slice(body), 'latin1');
        this.#read(first, first.length);
      },
      onClose: () => {
        onOpen(new Error('closed before the stream was there'));
        this.#events.onClose?.();
      },
    });
  }

  /** Resolves when the stream is confirmed. Rejects if the server refuses it, or does nothing within 30 s. */
  static open(target: Target): Promise<EventSocket> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`no stream by port ${target.port} in 30 s`)), OPEN_MS);
      const socket = new EventSocket(target, (error) => {
        clearTimeout(timeout);
        if (error === null) resolve(socket);
        else reject(error);
      });
    });
  }

  #read(buffer: Buffer, end: number): void {
    this.#reader.push(buffer, end, this.#events.onFrame);
    this.#events.onReadEnd?.();
  }

  handOver(events: SocketEvents): void {
    this.#events = events;
  }

  send(bytes: Uint8Array): void {
    this.#tcp.send(bytes);
  }

  /** A client of a stream cannot send anything. */
  say(): void {
    throw new Error('a stream of events goes one way');
  }

  cut(): void {
    this.#tcp.close();
  }
}

/** Splits a body in chunks (RFC 9112, 7.1), each with complete events, into these chunks. */
export class EventReader {
  #rest: Buffer | null = null;

  /** Handles the next bytes of the body, `chunk[0, end)`. An event split over chunks is refused. */
  push(chunk: Buffer, end: number, onEvents: SocketEvents['onFrame']): void {
    const rest = this.#rest;
    const buffer = rest === null ? chunk : Buffer.concat([rest, chunk.subarray(0, end)]);
    const size = rest === null ? end : buffer.length;
    this.#rest = null;
    let at = 0;
    while (at < size) {
      const line = buffer.indexOf(LF, at);
      if (line < 0 || line >= size) break;
      const length = Number.parseInt(buffer.toString('latin1', at, line), 16);
      if (!(length > 0) || buffer[line - 1] !== CR) throw new Error('the body is not in chunks');
      const next = line + 1 + length + 2;
      if (next > size) break;
      if (buffer[next - 3] !== LF) throw new Error('an event does not end with its chunk');
      onEvents(buffer, line + 1, next - 2, 0);
      at = next;
    }
    if (at < size) this.#rest = Buffer.from(buffer.subarray(at, size));
  }
}
