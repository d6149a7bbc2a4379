import { Histogram } from '../../src/cli/bench/histogram.ts';
import { MARK, micros, readStamp, STAMP_LENGTH } from './message.ts';

/**
 * Counts publications in frames by their mark and measures latency by their stamp. A frame may have several. The mark
 * is first looked for at its last position: in one run all frames look alike, so that is nearly always right.
 */
export class Deliveries {
  count = 0;
  recording = false;
  /** From the time a publication was due to its delivery. */
  readonly latency = new Histogram();
  readonly #payloadBytes: number;
  #lead = 0;
  #now = 0;

  /** All payloads are made by `stampedPayload(payloadBytes)`. */
  constructor(payloadBytes: number) {
    this.#payloadBytes = payloadBytes;
  }

  /** False if the frame's payload, `buffer[start, end)`, contains no publication. */
  take(buffer: Buffer, start: number, end: number): boolean {
    if (end - start < this.#payloadBytes) return false;
    let at = start + this.#lead;
    if (at + STAMP_LENGTH > end || !isMark(buffer, at)) {
      at = nextMark(buffer, start, end);
      if (at < 0) return false;
      this.#lead = at - start;
    }
    if (this.#now === 0) this.#now = micros();
    while (at >= 0) {
      this.count += 1;
      if (this.recording) this.latency.record(this.#now - readStamp(buffer, at));
      const rest = at + this.#payloadBytes - 1;
      at = end - rest < this.#payloadBytes ? -1 : nextMark(buffer, rest, end);
    }
    return true;
  }

  /** All frames of one read share one clock reading. */
  endRead(): void {
    this.#now = 0;
  }
}

function isMark(buffer: Buffer, at: number): boolean {
  return buffer[at] === MARK[0] && buffer[at + 1] === MARK[1] && buffer[at + 2] === MARK[2];
}

/** Where the next complete stamp in the frame begins, or -1. */
function nextMark(buffer: Buffer, from: number, end: number): number {
  const at = buffer.indexOf(MARK, from);
  return at >= 0 && at + STAMP_LENGTH <= end ? at : -1;
}
