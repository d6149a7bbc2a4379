import { bytesOf, type Channel, type Entry } from './channel.ts';
import type { PackedRecord } from './packed-records.ts';

/** Larger ones stay objects: packing costs a channel's length, and saves them little. */
const [MOST_ENTRIES, MOST_BYTES] = [16, 2_048];

type More = Omit<Entry, 'offset' | 'time' | 'data' | 'bytes'>;
/** Name, epoch, first offset; then of each entry time, data, and what else there is or 0. */
type PackedText = [name: string, epoch: string, first: number, ...entries: (number | string | More)[]];
const [HEAD, EACH] = [3, 3];

/** The channel as one text, which holds its name; undefined for one that is better kept as it is. */
export function pack(channel: Channel): PackedRecord | undefined {
  const { name, epoch, first, entries, expiresAt } = channel;
  if (entries.length > MOST_ENTRIES || entries.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BYTES)
    return undefined;
  const packed: PackedText = [name, epoch, first];
  for (const entry of entries) packed.push(entry.time, entry.data, moreOf(entry) ?? 0);
  return { text: JSON.stringify(packed), expiresAt };
}

/** Made only for those that have some: most have none, and this runs for every publication where there are many channels. */
function moreOf({ key, info, tags, entry, except }: Entry): More | undefined {
  const isPlain = (key ?? info ?? tags ?? entry ?? except) === undefined;
  // What is undefined is left out of the text.
  return isPlain ? undefined : ({ key, info, tags, entry, except } as More);
}

/** The other way round. */
export function unpack({ text, expiresAt }: PackedRecord): Channel {
  const packed: PackedText = JSON.parse(text);
  const [name, epoch, first] = packed;
  const entries: Entry[] = [];
  for (let at = HEAD; at < packed.length; at += EACH) {
    const [time, data, more] = packed.slice(at) as [number, string, More | 0];
    const said = { data, ...(more !== 0 && more) };
    entries.push({ offset: first + entries.length, time, ...said, bytes: bytesOf(said) });
  }
  const keys = new Map(entries.flatMap((entry) => (entry.key === undefined ? [] : [[entry.key, entry] as const])));
  return { name, epoch, first, entries, keys, expiresAt };
}

/** Stands among packed channels for one that is not packed, so that all have their places in one order. */
export function packMarker(name: string): PackedRecord {
  return { text: JSON.stringify([name]), expiresAt: Number.POSITIVE_INFINITY };
}

/** What it holds has expired; offsets go on. */
export function packEmptied(text: string): string {
  const packed: PackedText = JSON.parse(text);
  const [name, epoch, first] = packed;
  return JSON.stringify([name, epoch, first + (packed.length - HEAD) / EACH]);
}

export function isMarker({ text }: PackedRecord): boolean {
  return JSON.parse(text).length === 1;
}

export function nameIn(text: string): string {
  return JSON.parse(text)[0];
}
