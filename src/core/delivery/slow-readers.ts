import type { Clock } from '../../ports/clock.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { Guard } from '../guard.ts';
import type { Connection, Fanout } from '../protocol/connection.ts';

/** Of what may wait for a connection: more of it makes its client slow. The rest is room for what comes until the next look. */
const SLOW_PART = 7 / 8;
/** Of the same: so many characters are handed to topics between two looks, each of three bytes at most. */
const LOOK_PART = 1 / 32;
/** A look takes less than 100 ns a session; with so much time a session between two of them, that is 3 % of it at most. */
const APART_MS = 0.003;

/** A client's session. */
type Reader = { readonly connection: Pick<Connection, 'backlog'>; close(kind: DisconnectName): void };

type SlowReadersSettings = {
  readonly clock: Clock;
  readonly guard: Guard;
  /** What may wait for one connection at all; past it the runtime cuts it off. */
  readonly bound: number;
  readonly sessions: () => Iterable<Reader>;
  readonly count: () => number;
};

/**
 * Ends clients that fall behind, before the runtime has to: as long as there is room for it, they are told why. Fan-out
 * reaches sockets without passing here, so all are looked at whenever so much was published that one could be too far
 * behind. While nothing is published, nothing is done.
 */
export class SlowReaders {
  readonly #settings: SlowReadersSettings;
  #handedOn = 0;
  #lookedAt = 0;
  #isDue = false;
  /** Those for whom something waited at the last look. */
  #behind = new WeakSet<Reader>();

  constructor(settings: SlowReadersSettings) {
    this.#settings = settings;
  }

  /** The same fan-out, with what it carries being counted. */
  watching(fanout: Fanout): Fanout {
    return {
      publish: (topic, frame) => {
        fanout.publish(topic, frame);
        this.#handedOn += frame.length;
        if (!this.#isDue && this.#handedOn > this.#settings.bound * LOOK_PART) this.#lookSoon();
      },
    };
  }

  /** To be called when something was written to one client alone. */
  wrote({ connection }: Reader): void {
    if (!this.#isDue && connection.backlog() > this.#settings.bound * SLOW_PART) this.#lookSoon();
  }

  /** Whether a connection that was just cut may have been cut because it was behind: it was, and a look was overdue. */
  mayHaveCut(session: Reader): boolean {
    return this.#isDue && this.#behind.has(session);
  }

  #lookSoon(): void {
    this.#isDue = true;
    const { clock, count } = this.#settings;
    const apart = Math.floor(count() * APART_MS);
    const passed = clock.now() - this.#lookedAt;
    // A wall clock may have stepped back.
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
