import type { Position } from '../../ports/log.ts';

/** Publications of one channel that are remembered. */
const CHANNEL_LENGTH = 1_000;
const CHANNELS = 10_000;

type Told = { readonly epoch: string; readonly numbers: number[]; readonly offsets: number[]; since: number };

/**
 * In which order this node has told its clients of publications, over all channels: a client that comes back names the
 * last one it got, and so says where it was in each of its channels.
 */
export class Journal {
  #last = 0;
  #channels = new Map<string, Told>();
  /** Of channels that are not there, nothing up to here is known. */
  #forgotten = 0;

  /** The number of the publication that was told last. */
  get last(): number {
    return this.#last;
  }

  /** Notes that a publication is told now, and gives its number. */
  note(channel: string, { epoch, offset }: Position): number {
    this.#last += 1;
    const told = this.#of(channel, epoch);
    told.numbers.push(this.#last);
    // Each namespace that names the channel tells the same ones again, right behind the other.
    told.offsets.push(Math.max(told.offsets.at(-1) ?? 0, offset));
    if (told.numbers.length >= 2 * CHANNEL_LENGTH) {
      told.since = told.numbers[CHANNEL_LENGTH - 1] ?? this.#last;
      told.numbers.splice(0, CHANNEL_LENGTH);
      told.offsets.splice(0, CHANNEL_LENGTH);
    }
    return this.#last;
  }

  /**
   * The offset that was told last in the channel up to `number`, for a client that had heard all up to `offset` when
   * `from` was told last. Undefined when that is forgotten.
   */
  offsetAt(
    channel: string,
    number: number,
    joined: { readonly number: number; readonly offset: number },
  ): number | undefined {
    const told = this.#channels.get(channel);
    if (joined.number < (told?.since ?? this.#forgotten)) return undefined;
    const index = told === undefined ? -1 : lastUpTo(told.numbers, number);
    return Math.max(joined.offset, told?.offsets[index] ?? 0);
  }

  #of(channel: string, epoch: string): Told {
    const known = this.#channels.get(channel);
    if (known?.epoch === epoch) return known;
    if (known === undefined && this.#channels.size >= CHANNELS) {
      this.#channels = new Map();
      this.#forgotten = this.#last;
    }
    const since = known === undefined ? this.#forgotten : this.#last;
    const told: Told = { epoch, numbers: [], offsets: [], since };
    this.#channels.set(channel, told);
    return told;
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
