/**
 * A map of at most `limit` entries, which drops its older half when full. Two generations instead of an LRU order:
 * removing the oldest entries of a large `Map` one by one gets slow under a flood of new keys.
 */
export class RecentMap<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  readonly #half: number;

  constructor(limit: number) {
    this.#half = Math.ceil(limit / 2);
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    this.#old.delete(key);
    this.#young.set(key, value);
    if (this.#young.size >= this.#half) this.age();
  }

  /** Drops entries from before the last call, unless they were set again. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  *entries(): IterableIterator<[string, Value]> {
    yield* this.#old;
    yield* this.#young;
  }
}
