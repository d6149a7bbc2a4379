import { randomBytes } from 'node:crypto';

/** What a measured publication says of itself. */
export type Stamp = {
  /** Number of its publisher, and its place among all that this publisher sent, both from 0. */
  readonly publisher: number;
  readonly sequence: number;
  /** When the schedule wanted it sent, in `micros`. */
  readonly due: number;
};

/** Bytes that the longest stamp takes, so the least that a publication may have. */
export const LEAST_BYTES = 64;

/** Microseconds since this process started; it never goes back. */
export function micros(): number {
  return Math.floor(performance.now() * 1_000);
}

/** Makes and reads the publications of one run, and takes those of no other for its own. */
export class Payloads {
  readonly #mark = `bench-${randomBytes(4).toString('hex')}-`;
  readonly #bytes: number;

  /** `bytes` is the length of a publication's data, as JSON. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The text of a publication; as a JSON string it has the asked length. */
  write({ publisher, sequence, due }: Stamp): string {
    return `${this.#mark}${publisher}-${sequence}-${due};`.padEnd(this.#bytes - 2, 'x');
  }

  /** Undefined for what is not of this run. */
  read(data: unknown): Stamp | undefined {
    if (typeof data !== 'string' || !data.startsWith(this.#mark)) return undefined;
    const end = data.indexOf(';', this.#mark.length);
    const [publisher, sequence, due] = data.slice(this.#mark.length, end).split('-').map(Number);
    if (publisher === undefined || sequence === undefined || due === undefined) return undefined;
    return { publisher, sequence, due };
  }
}
