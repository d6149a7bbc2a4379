import type { Log, StateVersion, StoredEntry } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import { type Change, type Maps, noRoom, sizeOf } from './maps.ts';

/** Entries read from the log at a time. */
const PAGE = 1_000;
/** Maps kept in memory without subscribers, including empty ones. */
const MAX_LOADED = 10_000;

/** Whether a channel's entries are on disk, and so survive the process. */
export function isStored({ type, history }: Namespace): boolean {
  return type === 'map' && history === 'durable';
}

/** `changes`: accepted meanwhile, and perhaps included in what is read. */
type Loading = { readonly done: Promise<void>; readonly changes: Change[] };

type Settings = {
  readonly maps: Maps;
  readonly log: Log;
  /** Whether the channel has subscribers, or clients about to subscribe. */
  readonly isUsed: (channel: string) => boolean;
};

/**
 * Caches the entries of stored maps while they are used. The log has all of them, written in the transaction of the
 * publication that set them (decision 0024); they are loaded when a channel is first used.
 */
export class StoredMaps {
  readonly #settings: Settings;
  /** Loaded maps, least recently used first. */
  readonly #loaded = new Set<string>();
  readonly #loading = new Map<string, Loading>();

  constructor(settings: Settings) {
    this.#settings = settings;
    settings.maps.evict = (except) => this.#forget(() => settings.maps.bytes >= settings.maps.maxBytes, except);
  }

  isReady(channel: string, namespace: Namespace): boolean {
    return !isStored(namespace) || this.#loaded.has(channel);
  }

  /**
   * Resolves when the entries are loaded; they stay while the channel is used. Rejects like the log, and with
   * `ClientError('limitExceeded')` if there is no room for them.
   */
  async prepare(channel: string, namespace: Namespace): Promise<void> {
    while (!this.isReady(channel, namespace)) await this.#load(channel, namespace).done;
    if (this.#loaded.delete(channel)) this.#loaded.add(channel);
  }

  /** Applies an accepted publication. If the entries are not loaded, a later load includes it. */
  apply(change: Change, namespace: Namespace): void {
    const { maps } = this.#settings;
    if (this.isReady(change.channel, namespace)) maps.apply(change);
    else this.#loading.get(change.channel)?.changes.push(change);
  }

  #load(channel: string, { mapTtlMs }: Namespace): Loading {
    const known = this.#loading.get(channel);
    if (known !== undefined) return known;
    const changes: Change[] = [];
    const done = this.#read(channel)
      .then((stored) => this.#take(channel, { stored: merged(stored, changes), ttlMs: mapTtlMs }))
      .finally(() => this.#loading.delete(channel));
    const loading = { done, changes };
    this.#loading.set(channel, loading);
    return loading;
  }

  async #read(channel: string): Promise<StoredEntry[]> {
    const { log, maps } = this.#settings;
    const found: StoredEntry[] = [];
    for (let bytes = 0; ; ) {
      const after = found.at(-1)?.publication.entry?.key;
      const page = await log.entries(channel, { limit: PAGE, ...(after !== undefined && { after }) });
      if (page.length === 0) return found;
      // As they were accepted: at most one of them above the limit.
      if (bytes > maps.maxBytes) throw noRoom();
      for (const { publication } of page) bytes += sizeOf(publication);
      found.push(...page);
    }
  }

  #take(channel: string, { stored, ttlMs }: { stored: readonly StoredEntry[]; ttlMs: number }): void {
    const { maps } = this.#settings;
    const sizes = stored.map(({ publication }) => sizeOf(publication));
    const needed = sizes.reduce((sum, size) => sum + size, 0) - sizes.reduce((most, size) => Math.max(most, size), 0);
    this.#forget(() => maps.bytes + needed >= maps.maxBytes);
    if (needed > 0 && maps.bytes + needed >= maps.maxBytes) throw noRoom();
    for (const { publication, ...terms } of stored) maps.apply({ channel, publication, ttlMs, terms });
    this.#loaded.add(channel);
    this.#forget(() => this.#loaded.size > MAX_LOADED, channel);
  }

  /** Evicts unused maps, as many as necessary. */
  #forget(mustGoOn: () => boolean, except?: string): void {
    const { maps, isUsed } = this.#settings;
    for (const channel of this.#loaded) {
      if (!mustGoOn()) return;
      if (channel === except || isUsed(channel)) continue;
      maps.forget(channel);
      this.#loaded.delete(channel);
    }
  }
}

/**
 * The log's entries, merged with what was accepted during the load: the later publication of each entry, in offset
 * order.
 */
function merged(stored: readonly StoredEntry[], changes: readonly Change[]): readonly StoredEntry[] {
  const entries = new Map(stored.map((each) => [each.publication.entry?.key, each]));
  for (const { publication, terms } of changes) {
    const { entry, offset } = publication;
    const known = entries.get(entry?.key);
    if ((known?.publication.offset ?? 0) >= offset) continue;
    if (entry?.removed === true) entries.delete(entry.key);
    else entries.set(entry?.key, { publication, ...termsOf(terms?.key, terms?.version ?? known?.version) });
  }
  return [...entries.values()].sort((one, other) => one.publication.offset - other.publication.offset);
}

function termsOf(key: string | undefined, version: StateVersion | undefined): Omit<StoredEntry, 'publication'> {
  return { ...(key !== undefined && { key }), ...(version !== undefined && { version }) };
}
