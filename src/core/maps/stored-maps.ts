import type { Log, StateVersion, StoredEntry } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import { type Change, type Maps, noRoom, sizeOf } from './maps.ts';

/** Entries asked of the log in one go. */
const PAGE = 1_000;
/** Maps that stay in memory although nobody is in them, empty ones too. */
const LOADED_MOST = 10_000;

/** Whether a channel's entries are on disk, and so outlive the process. */
export function isStored({ type, history }: Namespace): boolean {
  return type === 'map' && history === 'durable';
}

/** `changes`: what was accepted meanwhile, which may be in what is read, or not. */
type Loading = { readonly done: Promise<void>; readonly changes: Change[] };

type Settings = {
  readonly maps: Maps;
  readonly log: Log;
  /** Whether somebody is in the channel, or on the way. */
  readonly isUsed: (channel: string) => boolean;
};

/**
 * Keeps the entries of stored maps in memory while somebody needs them. The log has all of them, written in the
 * transaction of the publication that set them (decision 0024); here they are read when a channel is first asked for.
 */
export class StoredMaps {
  readonly #settings: Settings;
  /** Those that are in memory, the one that was asked for longest ago first. */
  readonly #loaded = new Set<string>();
  readonly #loading = new Map<string, Loading>();

  constructor(settings: Settings) {
    this.#settings = settings;
    settings.maps.letGo = (except) => this.#forget(() => settings.maps.bytes >= settings.maps.maxBytes, except);
  }

  isReady(channel: string, namespace: Namespace): boolean {
    return !isStored(namespace) || this.#loaded.has(channel);
  }

  /**
   * Resolves when the entries are in memory; they stay there while the channel is used. Rejects as the log does, and with
   * `ClientError('limitExceeded')` when there is no room for them.
   */
  async prepare(channel: string, namespace: Namespace): Promise<void> {
    while (!this.isReady(channel, namespace)) await this.#load(channel, namespace).done;
    if (this.#loaded.delete(channel)) this.#loaded.add(channel);
  }

  /** Takes in a publication that was accepted. Where the entries are not in memory, the log has it for those who ask later. */
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
      // As they were taken in: past the bound by one of them at most.
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
    this.#forget(() => this.#loaded.size > LOADED_MOST, channel);
  }

  /** Lets go of maps that nobody is in, as long as it must. */
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

/** What the log had, with what was accepted while it was read: of each entry the later one, in the order of offsets. */
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
