import type { Guard } from '../../core/guard.ts';
import type { Fanout } from '../../core/protocol/connection.ts';

/** A connection to ping. */
export interface Pinged {
  /** When the client last sent something, by `performance.now()`. */
  readonly heardAt: number;
  join(topic: string): void;
  close(): void;
}

export type HeartbeatSettings = {
  /** Distinguishes these connections from those of other heartbeats, in topics. */
  readonly path: string;
  readonly fanout: Fanout;
  readonly guard: Guard;
  readonly ping: string;
  /** Milliseconds between pings, and the timeout of the reply. */
  readonly pingMs: number;
  readonly pongMs: number;
};

/** Parts of the interval: the precision of pings and timeouts. */
const PARTS = 30;

/**
 * Pings connections in rounds: those that opened in the same part of the interval share one publish. It has no timer of
 * its own; `advance` runs what is due.
 */
export class Heartbeats {
  readonly #settings: HeartbeatSettings;
  readonly #buckets: Set<Pinged>[] = Array.from({ length: PARTS }, () => new Set());
  readonly #pingedAt: number[] = Array.from({ length: PARTS }, () => Number.NEGATIVE_INFINITY);
  readonly #partMs: number;
  /** Elapsed parts. */
  #turn = 0;
  #turnAt: number;

  constructor(settings: HeartbeatSettings, now: number) {
    this.#settings = settings;
    this.#partMs = settings.pingMs / PARTS;
    this.#turnAt = now;
  }

  get partMs(): number {
    return this.#partMs;
  }

  /** Adds a connection; returns the argument for `remove`. */
  add(line: Pinged): number {
    const bucket = this.#turn % PARTS;
    this.#buckets[bucket]?.add(line);
    line.join(this.#topicOf(bucket));
    return bucket;
  }

  remove(line: Pinged, bucket: number): void {
    this.#buckets[bucket]?.delete(line);
  }

  /** Pings connections that are due, and closes those that have not replied in time. */
  advance(now: number): void {
    // A process that was suspended pings once, not once per missed round.
    if (now - this.#turnAt > this.#settings.pingMs) this.#turnAt = now - this.#settings.pingMs;
    while (now - this.#turnAt >= this.#partMs) {
      this.#turnAt += this.#partMs;
      this.#turn += 1;
      // First, as this bucket may be the next one to ping again.
      this.#check(now);
      this.#ping(this.#turn % PARTS, now);
    }
  }

  #ping(bucket: number, now: number): void {
    this.#pingedAt[bucket] = now;
    if (this.#buckets[bucket]?.size === 0) return;
    const { fanout, guard, ping } = this.#settings;
    guard.run('pings', () => fanout.publish(this.#topicOf(bucket), ping));
  }

  #check(now: number): void {
    const ago = Math.ceil(this.#settings.pongMs / this.#partMs);
    const bucket = (this.#turn - ago + PARTS * ago) % PARTS;
    const pingedAt = this.#pingedAt[bucket] ?? Number.NEGATIVE_INFINITY;
    if (now - pingedAt < this.#settings.pongMs - this.#partMs) return;
    this.#settings.guard.each('pings', [...(this.#buckets[bucket] ?? [])], (line) => {
      if (line.heardAt < pingedAt) line.close();
    });
  }

  #topicOf(bucket: number): string {
    return `${this.#settings.path}\n${bucket}`;
  }
}
