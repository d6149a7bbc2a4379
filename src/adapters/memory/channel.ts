import { type Append, PAGE_BYTES, type Publication, type ReadRange, type StateVersion } from '../../ports/log.ts';

export type Entry = Publication & {
  readonly key?: string;
  /** Of its texts, as UTF-8. */
  readonly bytes: number;
};

export type Channel = {
  readonly name: string;
  /** How many channels had been evicted when it was created: determines its epoch. */
  readonly born: number;
  /** Offset of `entries[0]`, or of the next publication if there is none. */
  first: number;
  readonly entries: Entry[];
  readonly keys: Map<string, Entry>;
  /** When everything in it has expired, in wall-clock milliseconds; Infinity for never. */
  expiresAt: number;
  /** Of the last publication with a version. */
  version?: StateVersion;
};

/** Whether a publication with this version is not newer. */
export function isStale({ version: last }: Channel, { number, epoch }: StateVersion): boolean {
  return last !== undefined && (epoch === '' || epoch === last.epoch) && number <= last.number;
}

/** A channel without publications. */
export function newChannel(name: string, born: number): Channel {
  return { name, born, first: 1, entries: [], keys: new Map(), expiresAt: Number.POSITIVE_INFINITY };
}

/** How many of the oldest entries to remove. */
export function expired(state: Channel, size: number, olderThan: number): number {
  let drop = size > 0 ? Math.max(0, state.entries.length - size) : 0;
  while (drop < state.entries.length && (state.entries[drop]?.time ?? 0) < olderThan) drop += 1;
  // Shifting an array is linear, so a tenth may accumulate first; reads hide entries over the limit.
  return drop >= Math.min(100, Math.ceil(size / 10)) ? drop : 0;
}

/** The part of the range that fits a page. */
export function pageOf(state: Channel, range: ReadRange): readonly Publication[] {
  return withinPage(entriesOf(state, range));
}

/** The first ones, as many as fit a page. */
export function withinPage(entries: readonly Entry[]): readonly Publication[] {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    bytes += entry.bytes;
    return bytes > PAGE_BYTES && index > 0;
  });
  return (end < 0 ? entries : entries.slice(0, end)).map(toPublication);
}

function entriesOf(state: Channel, { after, limit, reverse = false }: ReadRange): readonly Entry[] {
  if (limit === 0) return [];
  if (reverse) {
    const end = after === undefined ? state.entries.length : clamp(after - state.first, state.entries.length);
    return state.entries.slice(Math.max(0, end - limit), end).reverse();
  }
  const start = clamp((after ?? 0) + 1 - state.first, state.entries.length);
  return state.entries.slice(start, start + limit);
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length);
}

export function toPublication({ offset, time, data, info, tags, entry, except }: Entry): Publication {
  return {
    ...{ offset, time, data },
    ...(info !== undefined && { info }),
    ...(tags !== undefined && { tags }),
    ...(entry !== undefined && { entry }),
    ...(except !== undefined && { except }),
  };
}

/** Of an append's texts, as UTF-8. */
export function bytesOf({ data, info, tags, entry }: Pick<Append, 'data' | 'info' | 'tags' | 'entry'>): number {
  let bytes = Buffer.byteLength(data);
  for (const part of [info, tags, entry]) if (part !== undefined) bytes += Buffer.byteLength(JSON.stringify(part));
  return bytes;
}
