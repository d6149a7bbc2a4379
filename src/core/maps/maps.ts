import type { ClientInfo, MapEntry, Publication, StateVersion } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import { ClientError } from '../errors.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** Longest key of an entry, in UTF-16 units. */
const KEY_LENGTH = 255;
/** Half of a surrogate pair. */
const HALF_CHARACTER = /\p{Cs}/u;
/** Removals that a map remembers for those who are still reading it page by page. */
const REMOVALS = 1_000;
export function noRoom(): ClientError {
  return new ClientError('limitExceeded', { message: 'no room for more entries' });
}

/** What an entry takes in memory besides its texts, roughly. */
const ENTRY_BYTES = 200;

/** Whether a publication is to set only an entry that is new, or only one that is there. */
export type EntryCondition = 'ifNew' | 'ifExists';
/** Why a publication changed nothing: its message key or version was seen before, or its condition did not hold. */
export type Suppressed = 'idempotency' | 'version' | 'keyExists' | 'keyNotFound';

/** What a publication of an entry asks for besides. */
export type Terms = {
  readonly key?: string | undefined;
  readonly version?: StateVersion | undefined;
  readonly onlyIf?: EntryCondition | undefined;
};

type Entry = {
  readonly publication: Publication;
  /** The message key that it was set under. */
  readonly key: string | undefined;
  /** Of the last publication of the entry that had one. */
  readonly version: StateVersion | undefined;
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
export type MapPage = { readonly cursor: string; readonly limit: number; readonly bytes: number; readonly now: number };

export type MapRead = {
  readonly entries: readonly Publication[];
  /** Where to read on; empty at the end. */
  readonly cursor: string;
  /** At the end: what has changed since the first page was read; undefined when that is too much, or no longer known. */
  readonly changed: readonly Publication[] | undefined;
};

/** What is about to be published. */
type Wanted = { readonly entry: MapEntry | undefined; readonly data: string };

/** What changes a map: an entry that is set or removed, in a channel that keeps entries so long (0: for ever). */
export type Change = {
  readonly channel: string;
  readonly publication: Publication;
  readonly ttlMs: number;
  readonly terms?: Terms;
};
/** An entry as it will be once what is on its way is in: how many that are, and what the last one makes of it. */
type Coming = { count: number; isThere: boolean; version: StateVersion | undefined; key: string | undefined };

/**
 * The present entries of map channels, by key: the fold of what was published in them. Held in this process; past the bound
 * of all maps together a new entry is refused.
 */
export class Maps {
  readonly #states = new Map<string, MapState>();
  /** Those whose entries end by themselves. */
  readonly #expiring = new Map<string, MapState>();
  /** By channel and entry, publications that are not in yet; channels have no control characters. */
  readonly #coming = new Map<string, Coming>();
  /** Most bytes of all entries. */
  readonly maxBytes: number;
  /** Lets go of what can be read again, but for this channel. */
  letGo: (except: string) => void = () => undefined;
  #bytes = 0;
  /** The last change of any map. */
  #change = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** What the entries take, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * False for the removal of an entry that is not there. Throws `ClientError`: `badRequest` for a publication without an entry
   * in a map, or with one elsewhere, and for a wrong key; `limitExceeded` for an entry that there is no room for.
   */
  takes(channel: string, { type, mapSize }: Namespace, { entry, data }: Wanted): boolean {
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
    // As bytes it could not be told from another one.
    if (HALF_CHARACTER.test(entry.key)) {
      throw new ClientError('badRequest', { field: 'key', message: 'must not contain incomplete characters' });
    }
    const found = this.#states.get(channel)?.entries.get(entry.key);
    if (entry.removed === true) return found !== undefined;
    if (found === undefined) this.#checkSize(channel, mapSize);
    if (ENTRY_BYTES + data.length > (found?.bytes ?? 0)) this.#checkRoom(channel);
    return true;
  }

  /** Why a publication of the entry would change nothing, if so; to be asked in the turn in which it is sent to the log. */
  suppresses(channel: string, { key: name }: MapEntry, { key, version, onlyIf }: Terms): Suppressed | undefined {
    const found = this.#coming.get(`${channel}\n${name}`) ?? this.#states.get(channel)?.entries.get(name);
    const isThere = found !== undefined && (!('isThere' in found) || found.isThere);
    // Sent again: the log has the first answer.
    if (key !== undefined && found?.key === key) return undefined;
    const last = found?.version;
    if (version !== undefined && last !== undefined && isThere) {
      const isSameCount = version.epoch === '' || version.epoch === last.epoch;
      if (isSameCount && version.number <= last.number) return 'version';
    }
    if (onlyIf === 'ifNew' && isThere) return 'keyExists';
    return onlyIf === 'ifExists' && !isThere ? 'keyNotFound' : undefined;
  }

  /** A publication of the entry is on its way to the log; to be called back when it is in, or was refused. */
  begin(channel: string, { key: name, removed }: MapEntry, { key, version }: Terms): () => void {
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

  /** How many entries a map has. */
  sizeOf(channel: string): number {
    return this.#states.get(channel)?.entries.size ?? 0;
  }

  /** The entry, where it is there. */
  find(channel: string, key: string): Publication | undefined {
    return this.#states.get(channel)?.entries.get(key)?.publication;
  }

  /** The publication that set the entry, where that had this message key and no other is on its way. */
  findSet(channel: string, { key: name }: MapEntry, key: string | undefined): Publication | undefined {
    if (key === undefined || this.#coming.has(`${channel}\n${name}`)) return undefined;
    const found = this.#states.get(channel)?.entries.get(name);
    return found?.key === key ? found.publication : undefined;
  }

  /** Takes in a publication that was accepted. */
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

  /** Entries in the order of their keys. Throws `badRequest` for a cursor that is none of ours. */
  read(channel: string, { cursor, limit, bytes, now }: MapPage): MapRead {
    const state = this.#states.get(channel);
    const { change, after } = parseCursor(cursor, this.#change);
    const keys = [...(state?.entries.keys() ?? [])].filter((key) => after === undefined || key > after).sort();
    const entries: Publication[] = [];
    let left = bytes;
    for (const key of keys) {
      const entry = state?.entries.get(key) as Entry;
      // Its removal is about to be told.
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

  /** Forgets the entries of a channel, which can be read again from elsewhere. */
  forget(channel: string): void {
    const state = this.#states.get(channel);
    for (const { bytes } of state?.entries.values() ?? []) this.#bytes -= bytes;
    this.#states.delete(channel);
    this.#expiring.delete(channel);
  }

  /** As `changedSince`; of changes that there have not been in this process nothing is known. */
  #changedSince(state: MapState | undefined, change: number): readonly Publication[] | undefined {
    return change > this.#change ? undefined : changedSince(state, change);
  }

  #checkSize(channel: string, size: number): void {
    if (size > 0 && (this.#states.get(channel)?.entries.size ?? 0) >= size) {
      throw new ClientError('limitExceeded', { message: `a channel has at most ${size} entries` });
    }
  }

  /** Past the bound by one entry at most. */
  #checkRoom(channel: string): void {
    if (this.#bytes >= this.maxBytes) this.letGo(channel);
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

/** What an entry takes in memory, roughly. */
export function sizeOf(publication: Publication): number {
  return ENTRY_BYTES + wireBytesOf(publication);
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
