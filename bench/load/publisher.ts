import { Histogram } from '../../src/cli/bench/histogram.ts';
import type { AckedWire } from '../wires/wire.ts';
import type { Deliveries } from './deliveries.ts';
import { idle } from './join.ts';
import { FIRST_ID, type MessageTemplate, micros } from './message.ts';
import type { Line } from './socket.ts';

/** Publications in flight per connection: a server with more is overloaded. */
const MAX_IN_FLIGHT = 1 << 16;
const OUTBOX_BYTES = 64 * 1024;

/** The totals of all publishers of a run. */
export type AckTally = {
  sent: number;
  acked: number;
  refused: number;
  recording: boolean;
  readonly latency: Histogram;
};

export function newTally(): AckTally {
  return { sent: 0, acked: 0, refused: 0, recording: false, latency: new Histogram() };
}

export type PublisherParts = {
  readonly socket: Line;
  readonly wire: AckedWire;
  readonly template: MessageTemplate;
  readonly tally: AckTally;
  /** Counts deliveries to the publisher itself, if any. */
  readonly deliveries?: Deliveries;
};

/** One connection that publishes and reads replies. */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #dueTimes = new Float64Array(MAX_IN_FLIGHT);
  readonly #outbox = new Uint8Array(OUTBOX_BYTES);
  #outboxEnd = 0;
  #sent = 0;
  #answered = 0;
  #inFlight = 0;
  #now = 0;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    const { socket, wire, deliveries } = parts;
    const { onFrame } = idle(socket, wire);
    const onAck = (id: number, taken: boolean) => this.#onAck(id, taken);
    socket.handOver({
      onFrame: (buffer, start, end, opcode) => {
        const before = this.#answered;
        wire.acks(buffer, start, end, onAck);
        if (deliveries?.take(buffer, start, end) === true) return;
        if (this.#answered === before) onFrame(buffer, start, end, opcode);
      },
      onReadEnd: () => {
        this.#now = 0;
        deliveries?.endRead();
        this.#fill();
      },
      onClose: () => {
        throw new Error('the server closed a publisher');
      },
    });
  }

  /** From now on, sends the next as soon as a reply makes room for it. */
  keepInFlight(count: number): void {
    this.#inFlight = count;
    this.#fill();
  }

  #fill(): void {
    if (this.#sent - this.#answered >= this.#inFlight) return;
    const now = micros();
    while (this.#sent - this.#answered < this.#inFlight) this.queue(now);
    this.flush();
  }

  /** Puts one publication into the outbox. `due` is when it should be sent, in `micros`. */
  queue(due: number): void {
    const { template, tally } = this.#parts;
    if (this.#sent - this.#answered >= MAX_IN_FLIGHT) throw new Error('overrun: 65,536 publications unanswered');
    if (this.#outboxEnd + template.length > OUTBOX_BYTES) this.flush();
    this.#dueTimes[this.#sent % MAX_IN_FLIGHT] = due;
    this.#outbox.set(template.stamped(FIRST_ID + this.#sent, due), this.#outboxEnd);
    this.#outboxEnd += template.length;
    this.#sent += 1;
    tally.sent += 1;
  }

  /** Sends the outbox in one write. */
  flush(): void {
    if (this.#outboxEnd === 0) return;
    this.#parts.socket.send(this.#outbox.subarray(0, this.#outboxEnd));
    this.#outboxEnd = 0;
  }

  #onAck(id: number, taken: boolean): void {
    const { tally } = this.#parts;
    const index = id - FIRST_ID;
    if (index < 0 || index >= this.#sent) return;
    this.#answered += 1;
    if (!taken) {
      tally.refused += 1;
      return;
    }
    tally.acked += 1;
    if (!tally.recording) return;
    if (this.#now === 0) this.#now = micros();
    tally.latency.record(this.#now - (this.#dueTimes[index % MAX_IN_FLIGHT] ?? 0));
  }
}
