import { randomText } from '../../core/text/random-text.ts';
import type { Publication } from '../../ports/log.ts';
import { encodeCursor } from './cursor.ts';
import { Journal } from './journal.ts';

/** The cursors this run of the server adds to events, and the journal they refer to. */
export class Cursors {
  /** Identifies the server's run. */
  readonly run = randomText(8);
  readonly journal = new Journal();
  #replays = 0;

  /** The cursor of a publication that is sent to the channel now; undefined if recovery is not possible. */
  of(channel: string, epoch: string, { offset }: Publication): string | undefined {
    if (offset === 0) return undefined;
    const number = this.journal.note(channel, { epoch, offset });
    return encodeCursor({ kind: 'told', run: this.run, number, offset, epoch, channel });
  }

  /** Identifies replays of this run. */
  nextReplay(): number {
    this.#replays += 1;
    return this.#replays;
  }

  /** The cursor of an event in a client's replay. */
  inReplay(replay: number, step: number): string {
    return encodeCursor({ kind: 'replayed', run: this.run, replay, step });
  }
}
