import { randomText } from '../../core/text/random-text.ts';
import type { Publication } from '../../ports/log.ts';
import { encodeCursor } from './cursor.ts';
import { Journal } from './journal.ts';

/** The cursors that this run of the server writes behind events, with the journal that gives them their meaning. */
export class Cursors {
  /** Tells runs of the server apart. */
  readonly run = randomText(8);
  readonly journal = new Journal();
  #replays = 0;

  /** The cursor behind a publication that is sent to the channel now; undefined where nothing can be recovered. */
  of(channel: string, epoch: string, { offset }: Publication): string | undefined {
    if (offset === 0) return undefined;
    const number = this.journal.note(channel, { epoch, offset });
    return encodeCursor({ kind: 'told', run: this.run, number, offset, epoch, channel });
  }

  /** Tells replays of this run apart. */
  nextReplay(): number {
    this.#replays += 1;
    return this.#replays;
  }

  /** The cursor behind an event that a client is given as it comes back. */
  inReplay(replay: number, step: number): string {
    return encodeCursor({ kind: 'replayed', run: this.run, replay, step });
  }
}
