import type { Position } from '../../ports/log.ts';

/** Publications that are remembered, of all channels together; of each channel the last one besides. */
const ENTRIES = 200_000;
const CHANNELS = 50_000;

/** Numbers and offsets of a channel, both rising. What was told of it up to `since` is forgotten, save the first. */
type Told = { readonly epoch: string; readonly numbers: number[]; readonly offsets: number[]; since: number };

/**
 * In which order this node has told its clients of publications, over all channels: a client that comes back names the
 * last one it got, and so says where it was in each of its channels.
 */
export class Journal {
  #last = 0;
  readonly #channels = new Map<string, Told>();
  #listener: (channel: string) => void = () => undefined;
  #entries = 0;
  /** Of channels that are not there, nothing up to here is known. */
  #forgotten = 0;

  /** The number of the publication that was told last. */
  get last(): number {
    return this.#last;
  }

  /** Calls the listener with the channel behind each note. There is one listener. */
  listen(listener: (channel: string) => void): void {
    this.#listener = listener;
  }

  /** Notes that a publication is told now, and gives its number. */
  note(channel: string, { epoch, offset }: Position): number {
    const told = this.#of(channel, epoch);
    this.#last += 1;
    told.numbers.push(this.#last);
    // Each namespace that names the channel tells the same ones again, right behind the other.
    told.offsets.push(Math.max(told.offsets.at(-1) ?? 0, offset));
    this.#entries += 1;
    if (this.#entries > ENTRIES + this.#channels.size) this.#forgetOld();
    this.#listener(channel);
    return this.#last;
  }

  /**
   * The offset that was told last in the channel up to `number`, for a client that came in at `joined.offset` when
   * `joined.number` was told last. Undefined when that is forgotten.
   */
  offsetAt(
    channel: string,
    number: number,
    joined: { readonly number: number; readonly offset: number },
  ): number | undefined {
    const told = this.#channels.get(channel);
    const index = told === undefined ? -1 : lastUpTo(told.numbers, number);
    if (index >= 0) return Math.max(joined.offset, told?.offsets[index] ?? 0);
    return joined.number < (told?.since ?? this.#forgotten) ? undefined : joined.offset;
  }

  /** Up to where the channel was told last; undefined where nothing is remembered of it. */
  toldOf(channel: string): Position | undefined {
    const told = this.#channels.get(channel);
    const offset = told?.offsets.at(-1);
    return told === undefined || offset === undefined ? undefined : { epoch: told.epoch, offset };
  }

  #of(channel: string, epoch: string): Told {
    const known = this.#channels.get(channel);
    if (known?.epoch === epoch) return known;
    if (known === undefined && this.#channels.size >= CHANNELS) this.#forgetAll();
    const since = known === undefined ? this.#forgotten : this.#last;
    this.#entries -= known?.numbers.length ?? 0;
    const told: Told = { epoch, numbers: [], offsets: [], since };
    this.#channels.set(channel, told);
    return told;
  }

  /** Keeps the newer half, and of each channel at least its last. */
  #forgetOld(): void {
    this.#entries = 0;
    for (const told of this.#channels.values()) {
      const first = Math.max(0, lastUpTo(told.numbers, this.#last - ENTRIES / 2));
      told.numbers.splice(0, first);
      told.offsets.splice(0, first);
      if (first > 0) told.since = told.numbers[0] ?? this.#last;
      this.#entries += told.numbers.length;
    }
  }

  #forgetAll(): void {
    this.#channels.clear();
    this.#entries = 0;
    this.#forgotten = this.#last;
  }
}

/** Where the last number stands that is not above `limit`; -1 when there is none. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
