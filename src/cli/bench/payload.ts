import { randomBytes } from 'node:crypto';

/** The content of a measured publication. */
export type Stamp = {
  /** The number of its publisher, and its index among all this publisher sent, both from 0. */
  readonly publisher: number;
  readonly sequence: number;
  /** When it was due, in `micros`. */
  readonly due: number;
};

/** The length of the longest stamp, which is the minimum size of a publication. */
export const MIN_BYTES = 64;

/** Microseconds since this process started; monotonic. */
export function micros(): number {
  return Math.floor(performance.now() * 1_000);
}

/** Creates and parses the publications of one run, and ignores those of others. */
export class Payloads {
  readonly #mark = `bench-${randomBytes(4).toString('hex')}-`;
  readonly #bytes: number;

  /** `bytes` is the length of a publication's data, as JSON. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The text of a publication; as a JSON string it has the requested length. */
  write({ publisher, sequence, due }: Stamp): string {
    return `${this.#mark}${publisher}-${sequence}-${due};`.padEnd(this.#bytes - 2, 'x');
  }

  /** Undefined for other publications. */
  read(data: unknown): Stamp | undefined {
    if (typeof data !== 'string' || !data.startsWith(this.#mark)) return undefined;
    const end = data.indexOf(';', this.#mark.length);
    const [publisher, sequence, due] = data.slice(this.#mark.length, end).split('-').map(Number);
    if (publisher === undefined || sequence === undefined || due === undefined) return undefined;
    return { publisher, sequence, due };
  }
}
