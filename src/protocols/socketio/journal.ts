import type { Position } from '../../ports/log.ts';

/** Publications remembered, over all channels; plus the last one of each channel. */
const ENTRIES = 200_000;
const CHANNELS = 50_000;

/** Numbers and offsets of a channel, both increasing. Entries up to `since` are forgotten, except the first. */
type Told = { readonly epoch: string; readonly numbers: number[]; readonly offsets: number[]; since: number };

/**
 * The order in which this node sent publications, over all channels: a reconnecting client names the last one it got,
 * which determines its position in each of its channels.
 */
export class Journal {
  #last = 0;
  readonly #channels = new Map<string, Told>();
  #listener: (channel: string) => void = () => undefined;
  #entries = 0;
  /** For channels without entries, nothing up to here is known. */
  #forgotten = 0;

  /** The number of the last publication. */
  get last(): number {
    return this.#last;
  }

  /** Calls the listener with the channel after each note. There is one listener. */
  listen(listener: (channel: string) => void): void {
    this.#listener = listener;
  }

  /** Records that a publication is sent now, and returns its number. */
  note(channel: string, { epoch, offset }: Position): number {
    const told = this.#of(channel, epoch);
    this.#last += 1;
    told.numbers.push(this.#last);
    // Each namespace with this channel sends the same publications, in succession.
    told.offsets.push(Math.max(told.offsets.at(-1) ?? 0, offset));
    this.#entries += 1;
    if (this.#entries > ENTRIES + this.#channels.size) this.#forgetOld();
    this.#listener(channel);
    return this.#last;
  }

  /**
   * The last offset sent in the channel up to `number`, for a client that joined at `joined.offset` when the last
   * number was `joined.number`. Undefined if forgotten.
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

  /** The last offset sent in the channel; undefined if nothing is remembered of it. */
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

  /** Keeps the newer half, and at least the last entry of each channel. */
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

/** The index of the last number not above `limit`; -1 if there is none. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
