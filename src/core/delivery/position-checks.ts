import type { Guard } from '../guard.ts';
import type { HubChannel } from './hub-channel.ts';

/** All channels are checked once in this many steps, unless `MAX_PER_STEP` makes the round longer. */
const ROUND_STEPS = 40;
const MAX_PER_STEP = 200;

/** Compares the position of every channel with the log, some channels per step to spread the load. */
export class PositionChecks {
  readonly #channels: ReadonlyMap<string, HubChannel>;
  readonly #guard: Guard;
  /** Channels this round has not checked yet. */
  #remaining: Iterator<HubChannel> = [].values();
  #roundDone = true;
  /** Steps since the round began. */
  #steps = 0;

  constructor(channels: ReadonlyMap<string, HubChannel>, guard: Guard) {
    this.#channels = channels;
    this.#guard = guard;
  }

  /** Starts the checks of the next channels. */
  step(): void {
    this.#steps += 1;
    if (this.#steps >= ROUND_STEPS && this.#roundDone) {
      this.#steps = 0;
      this.#remaining = this.#channels.values();
      this.#roundDone = false;
    }
    for (let left = Math.min(MAX_PER_STEP, Math.ceil(this.#channels.size / ROUND_STEPS)); left > 0; left -= 1) {
      const { value } = this.#remaining.next();
      this.#roundDone = value === undefined;
      value?.checkPosition().catch((error: unknown) => this.#guard.failed('positions', error));
    }
  }
}
