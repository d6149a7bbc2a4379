import type { Publication } from '../ports/log.ts';

export type TailBounds = { readonly length: number; readonly bytes: number };

/**
 * The newest publications of a channel, without a hole, kept while clients come back: a thousand of them are then
 * served by one read of the log.
 */
export class Tail {
  readonly #bounds: TailBounds;
  #publications: Publication[] = [];
  #bytes = 0;

  constructor(bounds: TailBounds) {
    this.#bounds = bounds;
  }

  /** The offset before its oldest publication, or undefined when it holds none. */
  get startsAfter(): number | undefined {
    const first = this.#publications[0];
    return first === undefined ? undefined : first.offset - 1;
  }

  get last(): number | undefined {
    return this.#publications.at(-1)?.offset;
  }

  /** Adds publications that follow the last one; starts anew when they do not. */
  push(publications: readonly Publication[]): void {
    for (const publication of publications) {
      if (this.last !== undefined && publication.offset !== this.last + 1) this.#clear();
      this.#publications.push(publication);
      this.#bytes += publication.data.length;
    }
    this.#trim();
  }

  /** What came after `offset`, or undefined when the tail does not reach back that far. */
  after(offset: number): readonly Publication[] | undefined {
    const start = this.startsAfter;
    if (start === undefined || offset < start) return undefined;
    return this.#publications.slice(offset - start);
  }

  #trim(): void {
    let drop = 0;
    const length = this.#publications.length;
    while (length - drop > this.#bounds.length || (this.#bytes > this.#bounds.bytes && length - drop > 1)) {
      this.#bytes -= this.#publications[drop]?.data.length ?? 0;
      drop += 1;
    }
    if (drop > 0) this.#publications.splice(0, drop);
  }

  #clear(): void {
    this.#publications = [];
    this.#bytes = 0;
  }
}
