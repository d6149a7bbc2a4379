import type { Publication } from '../../ports/log.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** `bytes`: on the wire. */
export type TailBounds = { readonly length: number; readonly bytes: number };

/**
 * The newest publications of a channel, without a gap, kept while clients reconnect: a thousand of them share one read
 * of the log.
 */
export class Tail {
  readonly #bounds: TailBounds;
  #publications: Publication[] = [];
  /** Of each publication. */
  #sizes: number[] = [];
  #bytes = 0;

  constructor(bounds: TailBounds) {
    this.#bounds = bounds;
  }

  /** The offset before its oldest publication, or undefined if it is empty. */
  get startsAfter(): number | undefined {
    const first = this.#publications[0];
    return first === undefined ? undefined : first.offset - 1;
  }

  get last(): number | undefined {
    return this.#publications.at(-1)?.offset;
  }

  /** Adds publications that follow the last one; restarts if they do not. */
  push(publications: readonly Publication[]): void {
    for (const publication of publications) {
      if (this.last !== undefined && publication.offset !== this.last + 1) this.#clear();
      const bytes = wireBytesOf(publication);
      this.#publications.push(publication);
      this.#sizes.push(bytes);
      this.#bytes += bytes;
    }
    this.#trim();
  }

  /** Publications after `offset`, or undefined if the tail does not reach back that far. */
  after(offset: number): readonly Publication[] | undefined {
    const start = this.startsAfter;
    if (start === undefined || offset < start) return undefined;
    return this.#publications.slice(offset - start);
  }

  /** Bytes on the wire of what `after` returns. */
  bytesAfter(offset: number): number {
    let bytes = 0;
    for (let index = Math.max(0, offset - (this.startsAfter ?? offset)); index < this.#sizes.length; index += 1) {
      bytes += this.#sizes[index] ?? 0;
    }
    return bytes;
  }

  #trim(): void {
    let drop = 0;
    const length = this.#publications.length;
    while (length - drop > this.#bounds.length || (this.#bytes > this.#bounds.bytes && length - drop > 1)) {
      this.#bytes -= this.#sizes[drop] ?? 0;
      drop += 1;
    }
    if (drop === 0) return;
    this.#publications.splice(0, drop);
    this.#sizes.splice(0, drop);
  }

  #clear(): void {
    this.#publications = [];
    this.#sizes = [];
    this.#bytes = 0;
  }
}
