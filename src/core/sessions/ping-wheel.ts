import type { Guard } from '../guard.ts';
import type { Fanout } from '../protocol/connection.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Session } from './session.ts';

/** A client renews its token when it expires; the new one takes a moment to arrive. */
const EXPIRY_GRACE_MS = 25_000;

export type PingSettings = {
  readonly fanout: Fanout;
  readonly protocols: readonly Protocol[];
  readonly guard: Guard;
  readonly pingMs: number;
  readonly pongMs: number;
};

/**
 * Spreads pings evenly: connections are in buckets, one per second of the interval, and one publish pings a whole
 * bucket. An idle connection so costs no timer and, between its pings, no work.
 */
export class PingWheel {
  readonly #settings: PingSettings;
  readonly #buckets: Session[][];
  /** When each bucket was last pinged. */
  readonly #pingedAt: number[];
  /** Per bucket: protocols whose clients did not get its last ping, and so need not answer. */
  readonly #unpinged: Set<string>[];
  #turn = 0;

  constructor(settings: PingSettings) {
    this.#settings = settings;
    const seconds = Math.max(1, Math.round(settings.pingMs / 1_000));
    this.#buckets = Array.from({ length: seconds }, () => []);
    this.#pingedAt = this.#buckets.map(() => 0);
    this.#unpinged = this.#buckets.map(() => new Set());
  }

  /** Adds a session to the smallest bucket. */
  add(session: Session): void {
    let bucket = 0;
    for (const [index, sessions] of this.#buckets.entries()) {
      if (sessions.length < (this.#buckets[bucket]?.length ?? 0)) bucket = index;
    }
    session.bucket = bucket;
    session.place = this.#buckets[bucket]?.push(session) ?? 0;
    session.place -= 1;
    if (session.protocol.ping !== undefined) session.connection.join(this.#topic(session.protocol, bucket));
  }

  remove(session: Session): void {
    const sessions = this.#buckets[session.bucket];
    const last = sessions?.pop();
    if (sessions === undefined || last === undefined) return;
    if (last !== session) {
      sessions[session.place] = last;
      last.place = session.place;
    }
    // A socket leaves its topics as it closes; other transports would stay in them, and be pinged forever.
    if (session.protocol.ping !== undefined) session.connection.leave(this.#topic(session.protocol, session.bucket));
    session.bucket = -1;
  }

  /**
   * Once a second: pings the next bucket, and closes those of an earlier one that have not answered or whose token
   * expired.
   */
  tick(now: number): void {
    this.#turn = (this.#turn + 1) % this.#buckets.length;
    this.#pingedAt[this.#turn] = now;
    for (const protocol of this.#settings.protocols) this.#ping(protocol);
    this.#pingLines();
    const ago = Math.max(1, Math.ceil(this.#settings.pongMs / 1_000));
    if (ago < this.#buckets.length) this.#check(now, ago);
  }

  #ping(protocol: Protocol): void {
    const { fanout, guard } = this.#settings;
    const { ping, name } = protocol;
    if (ping === undefined) return;
    const isSent = guard.run('pings', () => fanout.publish(this.#topic(protocol, this.#turn), ping));
    if (isSent) this.#unpinged[this.#turn]?.delete(name);
    else this.#unpinged[this.#turn]?.add(name);
  }

  /** For clients that answer only control frames. */
  #pingLines(): void {
    this.#settings.guard.each('pings', this.#buckets[this.#turn] ?? [], ({ protocol, connection }) => {
      if (protocol.silentMs !== undefined) connection.ping?.();
    });
  }

  *sessions(): Iterable<Session> {
    for (const bucket of this.#buckets) yield* bucket;
  }

  #check(now: number, secondsAgo: number): void {
    const { length } = this.#buckets;
    const index = (this.#turn - secondsAgo + length) % length;
    const pingedAt = this.#pingedAt[index] ?? 0;
    this.#settings.guard.each('pings', [...(this.#buckets[index] ?? [])], (session) => {
      const isSilent = session.lastSeen < heardSince(session.protocol, pingedAt, now);
      if (isSilent && this.#unpinged[index]?.has(session.protocol.name) !== true) session.close('noPong');
      else if (session.expiresAt <= now - EXPIRY_GRACE_MS) session.expire();
      else session.subscriptions.expire(now - EXPIRY_GRACE_MS);
    });
  }

  #topic(protocol: Protocol, bucket: number): string {
    return `${protocol.name}\n${bucket}`;
  }
}

/**
 * The time since which a client of the protocol must have sent something. After a step of the wall clock nobody counts
 * as silent.
 */
function heardSince({ ping, clients, silentMs }: Protocol, pingedAt: number, now: number): number {
  if (silentMs !== undefined) return Math.min(now - silentMs, pingedAt);
  return ping !== undefined && clients === undefined ? pingedAt : 0;
}
