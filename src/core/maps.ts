import type { ClientInfo, MapEntry, Publication } from '../ports/log.ts';
import { ClientError } from './errors.ts';
import type { Namespace } from './namespace.ts';
import { wireBytesOf } from './wire-bytes.ts';

/** Longest key of an entry, in UTF-16 units. */
const KEY_LENGTH = 255;
/** Removals that a map remembers for those who are still reading it page by page. */
const REMOVALS = 1_000;
/** What an entry takes in memory besides its texts, roughly. */
const ENTRY_BYTES = 200;

type Entry = {
  readonly publication: Publication;
  /** The number of the change that made it. */
  readonly change: number;
  readonly expiresAt: number;
  readonly bytes: number;
};

type MapState = {
  /** Those set longest ago first. */
  readonly entries: Map<string, Entry>;
  /** Of the last removals the change that each was, oldest first. */
  readonly removals: Map<string, number>;
  /** Changes before this one may be forgotten. */
  horizon: number;
};

/** How much of a map is read at a time, at least one entry, and of what has changed; an empty cursor begins. */
export type MapPage = { readonly cursor: string; readonly limit: number; readonly bytes: number };

export type MapRead = {
  readonly entries: readonly Publication[];
  /** Where to read on; empty at the end. */
  readonly cursor: string;
  /** At the end: what has changed since the first page was read; undefined when that is too much, or no longer known. */
  readonly changed: readonly Publication[] | undefined;
};

/** What changes a map: an entry that is set or removed, in a channel that keeps entries so long (0: for ever). */
type Change = { readonly channel: string; readonly publication: Publication; readonly ttlMs: number };

/**
 * The present entries of map channels, by key: the fold of what was published in them. Held in this process; past the bound
 * of all maps together a new entry is refused.
 */
export class Maps {
  readonly #states = new Map<string, MapState>();
  /** Those whose entries end by themselves. */
  readonly #expiring = new Map<string, MapState>();
  readonly #maxBytes: number;
  #bytes = 0;
  /** The last change of any map. */
  #change = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * False for the removal of an entry that is not there. Throws `ClientError`: `badRequest` for a publication without an entry
   * in a map, or with one elsewhere, and for a wrong key; `limitExceeded` for an entry that there is no room for.
   */
  takes(channel: string, { type, mapSize }: Namespace, entry: MapEntry | undefined): boolean {
    if (type === 'sharedPoll') throw new ClientError('notAvailable', { message: 'this channel is polled' });
    if ((type !== 'stream') !== (entry !== undefined)) {
      const message = entry === undefined ? 'this channel is a map: say which entry' : 'this channel is no map';
      throw new ClientError('badRequest', { field: 'key', message });
    }
    if (entry === undefined) return true;
    if (entry.key === '' || entry.key.length > KEY_LENGTH) {
      throw new ClientError('badRequest', { field: 'key', message: `must have 1 to ${KEY_LENGTH} characters` });
    }
    const isThere = this.#states.get(channel)?.entries.has(entry.key) === true;
    if (!isThere && entry.removed !== true) this.#checkRoom(channel, mapSize);
    return isThere || entry.removed !== true;
  }

  /** Takes in a publication that was accepted. */
  apply({ channel, publication, ttlMs }: Change): void {
    const { entry, time } = publication;
    if (entry === undefined) return;
    const state = this.#stateOf(channel, ttlMs);
    this.#change += 1;
    this.#drop(state, entry.key);
    if (entry.removed === true) return this.#remove(channel, state, entry.key);
    state.removals.delete(entry.key);
    const bytes = ENTRY_BYTES + wireBytesOf(publication);
    const expiresAt = ttlMs === 0 ? Number.POSITIVE_INFINITY : time + ttlMs;
    state.entries.set(entry.key, { publication, change: this.#change, expiresAt, bytes });
    this.#bytes += bytes;
  }

  /** Entries in the order of their keys. Throws `badRequest` for a cursor that is none of ours. */
  read(channel: string, { cursor, limit, bytes }: MapPage): MapRead {
    const state = this.#states.get(channel);
    const { change, after } = parseCursor(cursor, this.#change);
    const keys = [...(state?.entries.keys() ?? [])].filter((key) => after === undefined || key > after).sort();
    const entries: Publication[] = [];
    let left = bytes;
    for (const key of keys) {
      const entry = state?.entries.get(key) as Entry;
      left -= entry.bytes;
      if (entries.length >= limit || (left < 0 && entries.length > 0)) {
        return { entries, cursor: `${change.toString(36)}.${entries.at(-1)?.entry?.key}`, changed: [] };
      }
      entries.push(entry.publication);
    }
    const changed = after === undefined ? [] : changedSince(state, change);
    const isTooMuch = (changed ?? []).reduce((sum, each) => sum + wireBytesOf(each), 0) > bytes;
    return { entries, cursor: '', changed: isTooMuch ? undefined : changed };
  }

  /** Keys whose time is over, by channel. */
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

  #checkRoom(channel: string, size: number): void {
    if (size > 0 && (this.#states.get(channel)?.entries.size ?? 0) >= size) {
      throw new ClientError('limitExceeded', { message: `at most ${size} entries a channel` });
    }
    if (this.#bytes >= this.#maxBytes) throw new ClientError('limitExceeded', { message: 'no room for more entries' });
  }

  #stateOf(channel: string, ttlMs: number): MapState {
    const known = this.#states.get(channel);
    if (known !== undefined) return known;
    const state: MapState = { entries: new Map(), removals: new Map(), horizon: this.#change };
    this.#states.set(channel, state);
    if (ttlMs > 0) this.#expiring.set(channel, state);
    return state;
  }

  /** Of a map without entries nothing is kept: who reads it page by page begins anew. */
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

/** What was set or removed by a later change than that; undefined when removals of that time are forgotten. */
function changedSince(state: MapState | undefined, change: number): readonly Publication[] | undefined {
  if (state === undefined || change < state.horizon) return undefined;
  const set = [...state.entries.values()].filter((entry) => entry.change > change).map((entry) => entry.publication);
  const removed = [...state.removals].filter(([, at]) => at > change).map(([key]) => removalOf(key, 0));
  return [...removed, ...set];
}

/** The entry that a client's publication sets. Throws `permissionDenied` in the maps that the server writes. */
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
