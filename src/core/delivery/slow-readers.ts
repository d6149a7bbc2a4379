import type { Clock } from '../../ports/clock.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { Guard } from '../guard.ts';
import type { Connection, Fanout } from '../protocol/connection.ts';

/** The fraction of a connection's buffer that makes its client slow. The rest is room until the next check. */
const SLOW_PART = 7 / 8;
/** The fraction: this many characters are sent to topics between two checks, of three bytes each at most. */
const CHECK_PART = 1 / 32;
/**
 * A check takes less than 100 ns per session; with this much time per session between two of them, it uses at most 3 %.
 */
const MS_PER_SESSION = 0.003;

/** A client's session. */
type Reader = { readonly connection: Pick<Connection, 'backlog'>; close(kind: DisconnectName): void };

type SlowReadersSettings = {
  readonly clock: Clock;
  readonly guard: Guard;
  /** A connection's buffer limit; above it the runtime closes it. */
  readonly bound: number;
  readonly sessions: () => Iterable<Reader>;
  readonly count: () => number;
};

/**
 * Closes slow clients before the runtime has to: while there is room for it, they are told why. Fan-out bypasses this
 * class, so all sessions are checked whenever enough was published to make one of them too slow. Without publications
 * nothing is checked.
 */
export class SlowReaders {
  readonly #settings: SlowReadersSettings;
  #handedOn = 0;
  #lookedAt = 0;
  #isDue = false;
  /** Sessions with buffered data at the last check. */
  #behind = new WeakSet<Reader>();

  constructor(settings: SlowReadersSettings) {
    this.#settings = settings;
  }

  /** The same fan-out, counting its output. */
  watching(fanout: Fanout): Fanout {
    return {
      publish: (topic, frame) => {
        fanout.publish(topic, frame);
        this.#handedOn += frame.length;
        if (!this.#isDue && this.#handedOn > this.#settings.bound * CHECK_PART) this.#scheduleCheck();
      },
    };
  }

  /** To be called after writing to a single client. */
  wrote({ connection }: Reader): void {
    if (!this.#isDue && connection.backlog() > this.#settings.bound * SLOW_PART) this.#scheduleCheck();
  }

  /** Whether a just closed connection may have been closed for slowness: it was slow, and a check was overdue. */
  mayHaveCut(session: Reader): boolean {
    return this.#isDue && this.#behind.has(session);
  }

  #scheduleCheck(): void {
    this.#isDue = true;
    const { clock, count } = this.#settings;
    const apart = Math.floor(count() * MS_PER_SESSION);
    const passed = clock.now() - this.#lookedAt;
    // The wall clock may have stepped back.
    if (passed >= apart || passed < 0) clock.soon(this.#look);
    else clock.after(apart - passed, this.#look);
  }

  readonly #look = (): void => {
    this.#isDue = false;
    this.#handedOn = 0;
    this.#lookedAt = this.#settings.clock.now();
    const behind: Reader[] = [];
    const { guard, bound, sessions } = this.#settings;
    guard.each('slow readers', sessions(), (session) => {
      if (session.connection.backlog() > 0) behind.push(session);
    });
    this.#behind = new WeakSet(behind);
    guard.each('slow readers', behind, (session) => {
      if (session.connection.backlog() > bound * SLOW_PART) session.close('slow');
    });
  };
}
