/** Items that are looked at before others get their turn of the event loop: well under a millisecond of work. */
const SLICE = 2_000;

/** Where a page begins, or ends: right behind or right before this key. */
export type PageEdge<Key> = { readonly side: 'after' | 'before'; readonly key: Key };

export type PageQuery<Key, Item extends Key> = {
  /** At least 1. */
  readonly limit: number;
  /** A total order: 0 only for the same item. */
  compare(one: Key, other: Key): number;
  accepts(item: Item): boolean;
  /** Absent: the page begins with the first. */
  readonly edge?: PageEdge<Key> | undefined;
};

export type SelectedPage<Item> = {
  readonly items: readonly Item[];
  /** Accepted items that come before the page, and accepted items at all. */
  readonly skipped: number;
  readonly total: number;
};

/**
 * One page of items that stand in no order, without a copy of them all: one look at each, in slices between which
 * `breathe` lets others work. What comes, goes or changes its place meanwhile may be in the page or not.
 */
export async function selectPage<Key, Item extends Key>(
  items: Iterable<Item>,
  query: PageQuery<Key, Item>,
  breathe: () => Promise<void>,
): Promise<SelectedPage<Item>> {
  const best = new Best(query);
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

/** The items of the page as far as one has looked, best first. */
class Best<Key, Item extends Key> {
  readonly #query: PageQuery<Key, Item>;
  /** Pages before an edge are found from their end. */
  readonly #sign: 1 | -1;
  readonly #kept: Item[] = [];
  #total = 0;
  /** Before the edge, for a page behind it or before it. */
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
    // The one at the edge itself is before a page that begins behind it.
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
