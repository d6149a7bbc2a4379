/** Items processed before other work gets its turn of the event loop: well under a millisecond. */
const SLICE = 2_000;

/** Where a page starts or ends: right after or right before this key. */
export type PageEdge<Key> = { readonly side: 'after' | 'before'; readonly key: Key };

export type PageQuery<Key, Item extends Key> = {
  /** At least 1. */
  readonly limit: number;
  /** A total order: 0 only for the same item. */
  compare(one: Key, other: Key): number;
  accepts(item: Item): boolean;
  /** Absent: the page starts with the first. */
  readonly edge?: PageEdge<Key> | undefined;
};

export type SelectedPage<Item> = {
  readonly items: readonly Item[];
  /** Accepted items before the page, and in total. */
  readonly skipped: number;
  readonly total: number;
};

/**
 * One page of an unsorted collection, without copying it: one pass over all items, in slices between which `breathe`
 * lets other work run. Items that change meanwhile may or may not be included.
 */
export async function selectPage<Key, Item extends Key>(
  items: Iterable<Item>,
  query: PageQuery<Key, Item>,
  breathe: () => Promise<void>,
): Promise<SelectedPage<Item>> {
  const best = new TopItems(query);
  let left = SLICE;
  for (const item of items) {
    best.consider(item);
    left -= 1;
    if (left > 0) continue;
    await breathe();
    left = SLICE;
  }
  return best.page();
}

/** The best items so far. */
class TopItems<Key, Item extends Key> {
  readonly #query: PageQuery<Key, Item>;
  /** Pages before an edge are found from their end. */
  readonly #sign: 1 | -1;
  readonly #kept: Item[] = [];
  #total = 0;
  /** Before the edge, for a page after it or before it. */
  #before = 0;

  constructor(query: PageQuery<Key, Item>) {
    this.#query = query;
    this.#sign = query.edge?.side === 'before' ? -1 : 1;
  }

  consider(item: Item): void {
    const { accepts, compare, edge, limit } = this.#query;
    if (!accepts(item)) return;
    this.#total += 1;
    const place = edge === undefined ? 1 : compare(item, edge.key);
    // The edge itself is before a page that starts after it.
    if (edge !== undefined && (edge.side === 'after' ? place <= 0 : place < 0)) this.#before += 1;
    if (place * this.#sign <= 0) return;
    if (this.#kept.length === limit && this.#isBehind(item, limit - 1)) return;
    this.#kept.splice(this.#placeOf(item), 0, item);
    if (this.#kept.length > limit) this.#kept.pop();
  }

  page(): SelectedPage<Item> {
    if (this.#sign === 1) return { items: this.#kept, skipped: this.#before, total: this.#total };
    return { items: this.#kept.reverse(), skipped: this.#before - this.#kept.length, total: this.#total };
  }

  #placeOf(item: Item): number {
    let [from, to] = [0, this.#kept.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#isBehind(item, middle)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #isBehind(item: Item, index: number): boolean {
    return this.#query.compare(item, this.#kept[index] as Item) * this.#sign > 0;
  }
}
