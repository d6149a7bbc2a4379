const SMALLEST = 1_024;
/** Places are above 0. An unused field, and one whose place was removed. */
const [EMPTY, LEFT] = [0, -1];

/**
 * A hash table of places: an array of numbers, 12 to 32 bytes per item, where a `Map` takes 60 to 120 and keeps the
 * names besides. The owner of the items provides their hashes and tells apart those with the same hash.
 */
export class PlaceTable {
  readonly #hashOf: (place: number) => number;
  #fields = new Float64Array(SMALLEST);
  #size = 0;
  /** Fields that are not EMPTY. */
  #used = 0;

  constructor(hashOf: (place: number) => number) {
    this.#hashOf = hashOf;
  }

  get size(): number {
    return this.#size;
  }

  /** The first place with this hash that matches. */
  find(hash: number, isIt: (place: number) => boolean): number | undefined {
    const at = this.#seek(hash, (place) => place > 0 && isIt(place));
    const place = this.#fields[at] as number;
    return place === EMPTY ? undefined : place;
  }

  add(hash: number, place: number): void {
    // A third stays empty, so that searches are short.
    if (this.#used * 3 >= this.#fields.length * 2) this.#resize();
    const at = this.#seek(hash, () => false);
    this.#fields[at] = place;
    this.#used += 1;
    this.#size += 1;
  }

  remove(hash: number, place: number): void {
    this.#fields[this.#seek(hash, (each) => each === place)] = LEFT;
    this.#size -= 1;
  }

  /** The item has moved. */
  move(hash: number, from: number, to: number): void {
    this.#fields[this.#seek(hash, (each) => each === from)] = to;
  }

  clear(): void {
    this.#fields = new Float64Array(SMALLEST);
    this.#size = 0;
    this.#used = 0;
  }

  /** The first matching field from the hash's position on, or an EMPTY one. */
  #seek(hash: number, isIt: (place: number) => boolean): number {
    const mask = this.#fields.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const place = this.#fields[at] as number;
      if (place === EMPTY || isIt(place)) return at;
    }
  }

  #resize(): void {
    const places = this.#fields;
    // Between a quarter and half full afterwards.
    let length = SMALLEST;
    while (length < this.#size * 2) length *= 2;
    this.#fields = new Float64Array(length);
    this.#used = this.#size;
    for (const place of places) if (place > 0) this.#fields[this.#seek(this.#hashOf(place), () => false)] = place;
  }
}
