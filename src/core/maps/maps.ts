import type { ClientInfo, MapEntry, Publication, StateVersion } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import { ClientError } from '../errors.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** Longest key of an entry, in UTF-16 units. */
const KEY_LENGTH = 255;
/** A lone surrogate. */
const LONE_SURROGATE = /\p{Cs}/u;
/** Removals a map remembers for clients that are reading it in parts. */
const REMOVALS = 1_000;
export function noRoom(): ClientError {
  return new ClientError('limitExceeded', { message: 'no room for more entries' });
}

/** Approximate memory of an entry besides its texts. */
const ENTRY_BYTES = 200;

/** Whether a publication must only create an entry, or only change one. */
export type EntryCondition = 'ifNew' | 'ifExists';
/** Why a publication changed nothing: a repeated message key or version, or its condition did not hold. */
export type Suppressed = 'idempotency' | 'version' | 'keyExists' | 'keyNotFound';

/** Options of a publication that sets an entry. */
export type SetOptions = {
  readonly key?: string | undefined;
  readonly version?: StateVersion | undefined;
  readonly onlyIf?: EntryCondition | undefined;
};

type Entry = {
  readonly publication: Publication;
  /** The message key it was set under. */
  readonly key: string | undefined;
  /** Of the entry's last publication with a version. */
  readonly version: StateVersion | undefined;
  /** The number of the change that set it. */
  readonly change: number;
  readonly expiresAt: number;
  readonly bytes: number;
};

type MapState = {
  /** Least recently set first. */
  readonly entries: Map<string, Entry>;
  /** The change numbers of the last removals, oldest first. */
  readonly removals: Map<string, number>;
  /** Changes before this one may be forgotten. */
  horizon: number;
};

/** How much of a map is read at a time, at least one entry, and of what has changed; an empty cursor starts. */
export type MapPage = { readonly cursor: string; readonly limit: number; readonly bytes: number; readonly now: number };

export type MapRead = {
  readonly entries: readonly Publication[];
  /** Where to continue; empty at the end. */
  readonly cursor: string;
  /** At the end: what has changed since the first page was read; undefined if that is too much, or no longer known. */
  readonly changed: readonly Publication[] | undefined;
};

/** The publication about to be sent. */
type EntryPublication = { readonly entry: MapEntry | undefined; readonly data: string };

/** A map change: an entry that is set or removed, in a channel with this TTL (0: none). */
export type Change = {
  readonly channel: string;
  readonly publication: Publication;
  readonly ttlMs: number;
  readonly terms?: SetOptions;
};
/** An entry's state once pending publications are stored: their number, and the result of the last. */
type PendingEntry = { count: number; isThere: boolean; version: StateVersion | undefined; key: string | undefined };

/**
 * The current entries of map channels, by key: the fold of their publications. Kept in this process; above the limit of
 * all maps together a new entry is refused.
 */
export class Maps {
  readonly #states = new Map<string, MapState>();
  /** Entries with a TTL. */
  readonly #expiring = new Map<string, MapState>();
  /** By channel and entry: pending publications; channel names contain no control characters. */
  readonly #coming = new Map<string, PendingEntry>();
  /** Maximum bytes of all entries. */
  readonly maxBytes: number;
  /** Evicts what can be read again, except this channel. */
  evict: (except: string) => void = () => undefined;
  #bytes = 0;
  /** The last change of any map. */
  #change = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Approximate size of the entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * False for the removal of a missing entry. Throws `ClientError`: `badRequest` for a publication without an entry in
   * a map, or with one elsewhere, and for an invalid key; `limitExceeded` if there is no room for the entry.
   */
  takes(channel: string, { type, mapSize }: Namespace, { entry, data }: EntryPublication): boolean {
    if (type === 'sharedPoll') throw new ClientError('notAvailable', { message: 'this channel is polled' });
    if ((type !== 'stream') !== (entry !== undefined)) {
      const message =
        entry === undefined ? 'this channel is a map: an entry key is required' : 'this channel is not a map';
      throw new ClientError('badRequest', { field: 'key', message });
    }
    if (entry === undefined) return true;
    if (entry.key === '' || entry.key.length > KEY_LENGTH) {
      throw new ClientError('badRequest', { field: 'key', message: `must have 1 to ${KEY_LENGTH} characters` });
    }
    // As bytes it could equal another one.
    if (LONE_SURROGATE.test(entry.key)) {
      throw new ClientError('badRequest', { field: 'key', message: 'must not contain incomplete characters' });
    }
    const found = this.#states.get(channel)?.entries.get(entry.key);
    if (entry.removed === true) return found !== undefined;
    if (found === undefined) this.#checkSize(channel, mapSize);
    if (ENTRY_BYTES + data.length > (found?.bytes ?? 0)) this.#checkRoom(channel);
    return true;
  }

  /**
   * Why a publication of the entry would change nothing, if so; to be called in the turn in which it is sent to the
   * log.
   */
  suppresses(channel: string, { key: name }: MapEntry, { key, version, onlyIf }: SetOptions): Suppressed | undefined {
    const found = this.#coming.get(`${channel}\n${name}`) ?? this.#states.get(channel)?.entries.get(name);
    const isThere = found !== undefined && (!('isThere' in found) || found.isThere);
    // A repeat: the log has the first answer.
    if (key !== undefined && found?.key === key) return undefined;
    const last = found?.version;
    if (version !== undefined && last !== undefined && isThere) {
      const isSameCount = version.epoch === '' || version.epoch === last.epoch;
      if (isSameCount && version.number <= last.number) return 'version';
    }
    if (onlyIf === 'ifNew' && isThere) return 'keyExists';
    return onlyIf === 'ifExists' && !isThere ? 'keyNotFound' : undefined;
  }

  /**
   * A publication of the entry is on its way to the log; the returned function is called when it is stored or refused.
   */
  begin(channel: string, { key: name, removed }: MapEntry, { key, version }: SetOptions): () => void {
    const id = `${channel}\n${name}`;
    const last = this.#coming.get(id);
    const kept = version ?? last?.version ?? this.#states.get(channel)?.entries.get(name)?.version;
    const coming = { count: (last?.count ?? 0) + 1, isThere: removed !== true, version: kept, key };
    this.#coming.set(id, coming);
    return () => {
      const now = this.#coming.get(id);
      if (now === undefined) return;
      now.count -= 1;
      if (now.count === 0) this.#coming.delete(id);
    };
  }

  /** The number of entries of a map. */
  sizeOf(channel: string): number {
    return this.#states.get(channel)?.entries.size ?? 0;
  }

  /** The entry, if it exists. */
  find(channel: string, key: string): Publication | undefined {
    return this.#states.get(channel)?.entries.get(key)?.publication;
  }

  /** The publication that set the entry, if it had this message key and no other is pending. */
  findSet(channel: string, { key: name }: MapEntry, key: string | undefined): Publication | undefined {
    if (key === undefined || this.#coming.has(`${channel}\n${name}`)) return undefined;
    const found = this.#states.get(channel)?.entries.get(name);
    return found?.key === key ? found.publication : undefined;
  }

  /** Applies an accepted publication. */
  apply({ channel, publication, ttlMs, terms = {} }: Change): void {
    const { entry, time } = publication;
    if (entry === undefined) return;
    const state = this.#stateOf(channel, ttlMs);
    const version = terms.version ?? state.entries.get(entry.key)?.version;
    this.#change += 1;
    this.#drop(state, entry.key);
    if (entry.removed === true) return this.#remove(channel, state, entry.key);
    state.removals.delete(entry.key);
    const bytes = sizeOf(publication);
    const expiresAt = ttlMs === 0 ? Number.POSITIVE_INFINITY : time + ttlMs;
    state.entries.set(entry.key, { publication, key: terms.key, version, change: this.#change, expiresAt, bytes });
    this.#bytes += bytes;
  }

  /** Entries in key order. Throws `badRequest` for an invalid cursor. */
  read(channel: string, { cursor, limit, bytes, now }: MapPage): MapRead {
    const state = this.#states.get(channel);
    const { change, after } = parseCursor(cursor, this.#change);
    const keys = [...(state?.entries.keys() ?? [])].filter((key) => after === undefined || key > after).sort();
    const entries: Publication[] = [];
    let left = bytes;
    for (const key of keys) {
      const entry = state?.entries.get(key) as Entry;
      // Its removal is about to be published.
      if (entry.expiresAt <= now) continue;
      left -= entry.bytes;
      if (entries.length >= limit || (left < 0 && entries.length > 0)) {
        return { entries, cursor: `${change.toString(36)}.${entries.at(-1)?.entry?.key}`, changed: [] };
      }
      entries.push(entry.publication);
    }
    const changed = after === undefined ? [] : this.#changedSince(state, change);
    const isTooMuch = (changed ?? []).reduce((sum, each) => sum + wireBytesOf(each), 0) > bytes;
    return { entries, cursor: '', changed: isTooMuch ? undefined : changed };
  }

  /** Expired keys, by channel. */
  expired(now: number): readonly (readonly [channel: string, key: string])[] {
    const found: (readonly [string, string])[] = [];
    for (const [channel, { entries }] of this.#expiring) {
      for (const [key, { expiresAt }] of entries) {
        if (expiresAt > now) break;
        found.push([channel, key]);
      }
    }
    return found;
  }

  /** Evicts a channel's entries, which can be read again from elsewhere. */
  forget(channel: string): void {
    const state = this.#states.get(channel);
    for (const { bytes } of state?.entries.values() ?? []) this.#bytes -= bytes;
    this.#states.delete(channel);
    this.#expiring.delete(channel);
  }

  /** Like `changedSince`; changes from before this process are not known. */
  #changedSince(state: MapState | undefined, change: number): readonly Publication[] | undefined {
    return change > this.#change ? undefined : changedSince(state, change);
  }

  #checkSize(channel: string, size: number): void {
    if (size > 0 && (this.#states.get(channel)?.entries.size ?? 0) >= size) {
      throw new ClientError('limitExceeded', { message: `a channel has at most ${size} entries` });
    }
  }

  /** At most one entry above the limit. */
  #checkRoom(channel: string): void {
    if (this.#bytes >= this.maxBytes) this.evict(channel);
    if (this.#bytes >= this.maxBytes) throw noRoom();
  }

  #stateOf(channel: string, ttlMs: number): MapState {
    const known = this.#states.get(channel);
    if (known !== undefined) return known;
    const state: MapState = { entries: new Map(), removals: new Map(), horizon: this.#change };
    this.#states.set(channel, state);
    if (ttlMs > 0) this.#expiring.set(channel, state);
    return state;
  }

  /** Nothing is kept of an empty map: clients that are reading it restart. */
  #remove(channel: string, state: MapState, key: string): void {
    if (state.entries.size === 0) {
      this.#states.delete(channel);
      this.#expiring.delete(channel);
      return;
    }
    state.removals.delete(key);
    state.removals.set(key, this.#change);
    for (const [oldest, change] of state.removals) {
      if (state.removals.size <= REMOVALS) return;
      state.removals.delete(oldest);
      state.horizon = change;
    }
  }

  #drop({ entries }: MapState, key: string): void {
    this.#bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }
}

/** Approximate memory of an entry. */
export function sizeOf(publication: Publication): number {
  return ENTRY_BYTES + wireBytesOf(publication);
}

/** What was set or removed after that change; undefined if removals since then are forgotten. */
function changedSince(state: MapState | undefined, change: number): readonly Publication[] | undefined {
  if (state === undefined || change < state.horizon) return undefined;
  const set = [...state.entries.values()].filter((entry) => entry.change > change).map((entry) => entry.publication);
  const removed = [...state.removals].filter(([, at]) => at > change).map(([key]) => removalOf(key, 0));
  return [...removed, ...set];
}

/** The entry a client's publication sets. Throws `permissionDenied` in maps written by the server. */
export function clientEntryOf(
  { type, mapClientKey, mapUserKey }: Namespace,
  { client, user }: Pick<ClientInfo, 'client' | 'user'>,
  entry: MapEntry | undefined,
): MapEntry | undefined {
  if (type === 'mapClients' || type === 'mapUsers') throw new ClientError('permissionDenied');
  if (entry === undefined || !(mapClientKey || mapUserKey)) return entry;
  const key = mapUserKey ? user : client;
  if (key === '') throw new ClientError('permissionDenied');
  return { ...entry, key };
}

/** A publication that removes an entry; `time` in milliseconds since 1970. */
function removalOf(key: string, time: number): Publication {
  return { offset: 0, time, data: 'null', entry: { key, removed: true } };
}

function parseCursor(cursor: string, change: number): { readonly change: number; readonly after?: string } {
  if (cursor === '') return { change };
  const [, number = '', after = ''] = /^([0-9a-z]{1,11})\.(.+)$/s.exec(cursor) ?? [];
  if (number === '') throw new ClientError('badRequest', { field: 'cursor', message: 'none that was given' });
  return { change: Number.parseInt(number, 36), after };
}
