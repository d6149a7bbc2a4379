/**
 * A map of at most `limit` entries, which drops old ones by the half. Two generations instead of an order of use:
 * taking the eldest out of a large `Map` one by one gets slow under a flood of new keys.
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

  /** Drops what was there when it was called the last time, save what was set again. */
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
