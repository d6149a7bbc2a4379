import type { Published } from '../../src/core/operations/feature.ts';
import type { Append, AppendOutcome, Position } from '../../src/ports/log.ts';
import type { HistoryAnswer } from './lines.ts';
import { optionsOf } from './namespaces.ts';

type Place = Position & { readonly channel: string };
/** The limits of a recovery. */
type RecoveryBounds = { readonly limit: number; readonly bytes: number; readonly now: number };
type Entry = { readonly data: string; readonly time: number };
/** Everything up to `offset` was removed; the node `by` was told `at` that time, if it has been told yet. */
type Removal = Position & { at: number; by: string };

/**
 * For this long a node may return what another has removed, if the bus lost the notice: it caches the log's answer for
 * a second, and then the log's reply and the client's other subscriptions take their time.
 */
const REMOVAL_NOTICE_MS = 3_000;

/** What really happened to the logs, recorded where it happens; everything clients see is compared with it. */
export class Truth {
  /** The first broken guarantee, with its rule's number. Not thrown: the code under test would catch it. */
  violation: string | undefined;
  /** The epoch of every channel of a log, and how many there were. */
  readonly epoch = { memory: '', durable: '' };
  epochs = 0;
  /** By offset (from 1), for every epoch of every channel, including trimmed ones. */
  readonly #entries = new Map<string, Entry[]>();
  readonly #removals = new Map<string, Removal[]>();
  readonly #places = new Map<string, Place[]>();
  readonly #keys = new Map<string, Place>();
  readonly #acked = new Set<string>();
  readonly #refused = new Set<string>();

  fail(rule: string, what: string): void {
    this.violation ??= `${rule}: ${what}`;
  }

  startEpoch(log: 'memory' | 'durable', epoch: string): void {
    this.epoch[log] = epoch;
    if (log === 'durable') this.epochs += 1;
  }

  appended(batch: readonly Append[], outcomes: readonly AppendOutcome[]): void {
    for (const [index, { channel, data, time, key }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || 'refused' in outcome) throw new Error('the simulation has no writes');
      const place = { channel, ...outcome.position };
      if (key !== undefined) this.#keyed(`${channel} ${place.epoch} ${key}`, place, outcome.repeated);
      if (!outcome.repeated) this.#entered(place, { data: JSON.parse(data), time });
    }
  }

  #keyed(key: string, place: Place, repeated: boolean): void {
    const first = this.#keys.get(key);
    if (first === undefined || this.#isRemoved(first)) this.#keys.set(key, place);
    else if (!repeated) this.fail('ID1', `${key} was appended twice`);
    else if (first.offset !== place.offset) this.fail('ID1', `${key} got two offsets`);
  }

  #entered(place: Place, entry: Entry): void {
    const name = `${place.channel} ${place.epoch}`;
    const entries = this.#entries.get(name) ?? [];
    if (place.offset !== entries.length + 1) this.fail('OR1', `${name} went to ${place.offset}`);
    entries.push(entry);
    this.#entries.set(name, entries);
    const before = this.#places.get(entry.data) ?? [];
    // No two publications of a schedule have the same text.
    if (before.some((other) => other.epoch === place.epoch && !this.#isRemoved(other)))
      this.fail('ID1', `${entry.data} is twice in the log`);
    this.#places.set(entry.data, [...before, place]);
  }

  /** The channel's current epoch. */
  epochOf(channel: string): string {
    return this.epoch[optionsOf(channel).history === 'memory' ? 'memory' : 'durable'];
  }

  top(channel: string, epoch = this.epochOf(channel)): number {
    return this.#entries.get(`${channel} ${epoch}`)?.length ?? 0;
  }

  /** The log has removed everything up to this position. */
  trimmed(channel: string, to: Position): void {
    const before = this.#removals.get(channel) ?? [];
    this.#removals.set(channel, [...before, { ...to, at: Number.POSITIVE_INFINITY, by: '' }]);
  }

  /** The node has confirmed the last removal in the channel. */
  removed(channel: string, by: string, at: number): void {
    const last = this.#removals.get(channel)?.at(-1);
    if (last !== undefined) Object.assign(last, { by, at });
  }

  /** Up to which offset everything is gone, as far as a node must know that has reported everything up to `top`. */
  floorOf(channel: string, top: Position, { now, node }: { readonly now: number; readonly node: string }): number {
    const { historySize } = optionsOf(channel);
    const known = (this.#removals.get(channel) ?? []).filter(
      ({ epoch, at, by }) => epoch === top.epoch && (by === node || now - at > REMOVAL_NOTICE_MS),
    );
    return Math.max(0, historySize > 0 ? top.offset - historySize : 0, ...known.map(({ offset }) => offset));
  }

  #isRemoved({ channel, epoch, offset }: Place): boolean {
    return this.wasRemoved(channel, { epoch, offset: offset - 1 });
  }

  /** Whether something after this position was removed, or anything at all. */
  wasRemoved(channel: string, since?: Position): boolean {
    const removals = this.#removals.get(channel) ?? [];
    return removals.some(
      ({ epoch, offset }) => since === undefined || (epoch === since.epoch && offset > since.offset),
    );
  }

  /** A client was told that this publication has this position. */
  checkEntry(who: string, { channel, epoch, offset }: Place, data: string): void {
    const real = this.#entries.get(`${channel} ${epoch}`)?.[offset - 1]?.data;
    if (real !== data) this.fail('OR1', `${who} got ${data} at ${channel} ${epoch} ${offset}, where ${real} is`);
  }

  /** A client read history: it must be a part of the log without a gap. */
  checkHistory(who: string, channel: string, { epoch, offset, publications }: HistoryAnswer, step: 1 | -1): void {
    if (offset > this.top(channel, epoch)) this.fail('OR1', `${who} was told a top of ${offset} in ${channel}`);
    for (const [index, publication] of publications.entries()) {
      const at = publication.offset ?? 0;
      this.checkEntry(who, { channel, epoch, offset: at }, publication.data);
      const before = publications[index - 1]?.offset;
      if (before !== undefined && at !== before + step) this.fail('OR1', `${who} read ${at} behind ${before}`);
    }
  }

  /** Whether a client at `since` must be given what it missed (RE1), rather than told that it is gone (RE2). */
  isRecoverable(channel: string, since: Position, { limit, bytes, now }: RecoveryBounds): boolean {
    if (since.epoch !== this.epochOf(channel)) return false;
    const missed = this.top(channel) - since.offset;
    const { historySize } = optionsOf(channel);
    if (missed < 0 || missed > limit || (historySize > 0 && missed > historySize)) return false;
    if (this.wasRemoved(channel, since)) return false;
    if (this.#bytesAfter(channel, since) > bytes) return false;
    return !this.isExpired(channel, since, now);
  }

  /** An upper bound: with the overhead around the data of each. */
  #bytesAfter(channel: string, { epoch, offset }: Position): number {
    const missed = this.#entries.get(`${channel} ${epoch}`)?.slice(offset) ?? [];
    return missed.reduce((bytes, { data }) => bytes + data.length + 400, 0);
  }

  /** Whether the first publication after `since` is too old to be recovered. */
  isExpired(channel: string, since: Position, now: number): boolean {
    const { historyTtlMs } = optionsOf(channel);
    const first = this.#entries.get(`${channel} ${since.epoch}`)?.[since.offset];
    return first !== undefined && historyTtlMs > 0 && first.time + historyTtlMs <= now;
  }

  /** A publisher without a key is told that its publication was written. */
  acked(data: string): void {
    this.#acked.add(data);
    if (!this.#places.has(data)) this.fail('AC1', `${data} was acked before it was in the log`);
  }

  /** A publisher with a key got this reply. */
  ackedWithKey(data: string, { epoch, offset }: Published): void {
    const isThere = this.#places.get(data)?.some((place) => place.epoch === epoch && place.offset === offset);
    if (isThere !== true) this.fail('ID1', `${data} was said to be at ${epoch} ${offset}`);
  }

  /** A publisher without a key is told that its publication was not written. */
  refused(data: string): void {
    this.#refused.add(data);
  }

  /** To be called when nothing is in flight any more. */
  checkAcks(): void {
    for (const data of this.#acked) {
      const times = this.#places.get(data)?.length ?? 0;
      if (times !== 1) this.fail('AC1', `${data} was acked and is ${times} times in the log`);
    }
    for (const data of this.#refused) {
      if (this.#places.has(data)) this.fail('AC4', `${data} was refused and is in the log`);
    }
  }

  /** `sent` are the texts of one connection to one channel in sending order. */
  checkOrder(who: string, sent: readonly string[]): void {
    let last: Place | undefined;
    for (const data of sent) {
      const place = this.#places.get(data)?.[0];
      if (place === undefined) continue;
      if (last?.epoch === place.epoch && place.offset < last.offset) {
        this.fail('OR3', `${who} sent ${data} later than what stands at ${last.offset}`);
      }
      last = place;
    }
  }
}
