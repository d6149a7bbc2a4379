import type { App } from '../../app/compose.ts';
import type { Frame } from '../../core/protocol/protocol.ts';

/** For responses with packets. */
export const POLL_HEADERS = { 'Content-Type': 'text/plain; charset=UTF-8', 'Cache-Control': 'no-store' } as const;

type Engine = App['socketio']['engine'];
type PollEvents = {
  /** The client has aborted its request. */
  readonly onAbort: () => void;
  /** A request has taken the buffer. */
  readonly onTaken: () => void;
};
type Waiting = { readonly answer: (response: Response) => void; readonly signal: AbortSignal };

/** A polling client's buffer, and its waiting request. */
export class Poll {
  readonly #engine: Engine;
  readonly #events: PollEvents;
  #packets: Frame[] = [];
  #bytes = 0;
  #waiting: Waiting | undefined;

  constructor(engine: Engine, events: PollEvents) {
    this.#engine = engine;
    this.#events = events;
  }

  /** Whether packets are buffered for a request. */
  get isBehind(): boolean {
    return this.#packets.length > 0;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Approximate buffered bytes. */
  get backlog(): number {
    return this.#bytes;
  }

  push(packet: Frame): void {
    this.#packets.push(packet);
    this.#bytes += packet.length;
    // Packets of one turn are sent in one response.
    if (this.#packets.length === 1 && this.#waiting !== undefined) queueMicrotask(() => this.#flush());
  }

  /** Responds once there is something to send. */
  answer({ signal }: Request): Promise<Response> {
    return new Promise((resolve) => {
      this.#waiting = { answer: resolve, signal };
      if (signal.aborted) return this.#abort();
      signal.addEventListener('abort', this.#abort);
      if (this.#packets.length > 0) this.#flush();
    });
  }

  /** Takes the buffer, to send it over another transport. */
  takeAll(): readonly Frame[] {
    const packets = this.#packets;
    this.#packets = [];
    this.#bytes = 0;
    return packets;
  }

  /** Takes as much of the buffer as one response may hold; the next request gets more. */
  take(): readonly Frame[] {
    if (this.#packets.length <= this.#engine.ANSWER_PACKETS) return this.takeAll();
    const packets = this.#packets.splice(0, this.#engine.ANSWER_PACKETS);
    for (const { length } of packets) this.#bytes -= length;
    return packets;
  }

  /** Nothing is sent any more except the buffer and `last`; a waiting request gets as much of it as it may hold. */
  end(last: string | undefined): void {
    if (last !== undefined) this.push(last);
    this.#flush();
  }

  readonly #abort = (): void => {
    if (this.#waiting === undefined) return;
    this.#settle(new Response(null, { status: 400 }));
    this.#events.onAbort();
  };

  #flush(): void {
    if (this.#waiting === undefined || this.#packets.length === 0) return;
    this.#settle(new Response(this.#engine.encodePayload(this.take()), { headers: POLL_HEADERS }));
    this.#events.onTaken();
  }

  #settle(response: Response): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.signal.removeEventListener('abort', this.#abort);
    waiting?.answer(response);
  }
}
