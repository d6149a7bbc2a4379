import type { Clock } from '../../ports/clock.ts';
import { DisconnectError } from '../disconnects.ts';
import type { Command } from '../protocol/commands.ts';

/** Commands of one connection handled in one turn of the event loop. */
export const SLICE = 128;
/** Bytes of frames that may wait for later turns. */
const REST_BYTES = 1024 * 1024;

/** Handles one connection's long frames over several turns, in which others are served too. */
export class CommandSlices {
  readonly #clock: Clock;
  readonly #take: (command: Command) => void;
  #waiting: Command[] = [];
  #bytes = 0;

  constructor(clock: Clock, take: (command: Command) => void) {
    this.#clock = clock;
    this.#take = take;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Handles the first slice now, if nothing is waiting. Throws `DisconnectError` if too much is. */
  add(commands: readonly Command[], bytes: number): void {
    const isFirst = this.isEmpty;
    this.#bytes += isFirst ? 0 : bytes;
    if (this.#bytes > REST_BYTES) throw new DisconnectError('tooManyRequests');
    this.#waiting.push(...commands);
    if (isFirst) this.#next();
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  #next(): void {
    for (const command of this.#waiting.splice(0, SLICE)) this.#take(command);
    if (this.isEmpty) this.#bytes = 0;
    else this.#clock.soon(() => this.#next());
  }
}
