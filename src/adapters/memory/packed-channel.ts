import { bytesOf, type Channel, type Entry } from './channel.ts';
import type { PackedRecord } from './packed-records.ts';

/** Larger ones stay objects: packing is linear in size, and saves them little. */
const [MAX_ENTRIES, MAX_BYTES] = [16, 2_048];

type OptionalFields = Pick<Entry, 'key' | 'info' | 'tags' | 'entry' | 'except'>;
/** Publisher and other optional fields of an entry; absent ones at the end are omitted. */
type PackedMore = readonly [
  user: string | 0,
  client: string | 0,
  connInfo?: string | 0,
  chanInfo?: string | 0,
  rest?: Omit<OptionalFields, 'info'>,
];
/** Number and epoch of the last version are stored with `born` if there is one: most channels have none. */
type PackedBorn = number | readonly [born: number, version: number, epoch: string];
/** Name, born and first; then for each entry time, data, and other fields or 0. */
type PackedText = [name: string, born: PackedBorn, first: number, ...entries: (number | string | PackedMore)[]];
const [HEAD, EACH] = [3, 3];

/** The channel as one text, which includes its name; undefined if it should not be packed. */
export function pack(channel: Channel): PackedRecord | undefined {
  const { name, born, first, entries, expiresAt, version } = channel;
  if (entries.length > MAX_ENTRIES || entries.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_BYTES) return undefined;
  const packed: PackedText = [name, version === undefined ? born : [born, version.number, version.epoch], first];
  for (const entry of entries) packed.push(entry.time, entry.data, packMore(entry) ?? 0);
  return { text: JSON.stringify(packed), expiresAt };
}

/** Most channels are packed once per publication, so this must be fast and the text short. */
function packMore({ key, info, tags, entry, except }: Entry): PackedMore | undefined {
  const hasRest = (key ?? tags ?? entry ?? except) !== undefined;
  if (info === undefined)
    return hasRest ? [0, 0, 0, 0, { key, tags, entry, except } as Omit<OptionalFields, 'info'>] : undefined;
  const { user, client, connInfo, chanInfo } = info;
  if (hasRest)
    return [user, client, connInfo ?? 0, chanInfo ?? 0, { key, tags, entry, except } as Omit<OptionalFields, 'info'>];
  return chanInfo !== undefined || connInfo !== undefined
    ? [user, client, connInfo ?? 0, chanInfo ?? 0]
    : [user, client];
}

/** The reverse. */
export function unpack({ text, expiresAt }: PackedRecord): Channel {
  const packed: PackedText = JSON.parse(text);
  const [name, packedBorn, first] = packed;
  const entries: Entry[] = [];
  for (let at = HEAD; at < packed.length; at += EACH) {
    const [time, data, more] = packed.slice(at) as [number, string, PackedMore | 0];
    const said = { data, ...(more !== 0 && unpackMore(more)) };
    entries.push({ offset: first + entries.length, time, ...said, bytes: bytesOf(said) });
  }
  const keys = new Map(entries.flatMap((entry) => (entry.key === undefined ? [] : [[entry.key, entry] as const])));
  return { name, ...unpackBorn(packedBorn), first, entries, keys, expiresAt };
}

function unpackBorn(packed: PackedBorn): Pick<Channel, 'born' | 'version'> {
  if (typeof packed === 'number') return { born: packed };
  const [born, number, epoch] = packed;
  return { born, version: { number, epoch } };
}

function unpackMore([user, client, connInfo = 0, chanInfo = 0, rest]: PackedMore): OptionalFields {
  if (user === 0 || client === 0) return { ...rest };
  const info = { user, client, ...(connInfo !== 0 && { connInfo }), ...(chanInfo !== 0 && { chanInfo }) };
  return { info, ...rest };
}

/** The marker of an unpacked channel, so that all have a place in one order. */
export function packMarker(name: string): PackedRecord {
  return { text: JSON.stringify([name]), expiresAt: Number.POSITIVE_INFINITY };
}

/** Its publications have expired; offsets continue. */
export function packEmptied(text: string): string {
  const packed: PackedText = JSON.parse(text);
  const [name, born, first] = packed;
  return JSON.stringify([name, born, first + (packed.length - HEAD) / EACH]);
}

export function isMarker({ text }: PackedRecord): boolean {
  return JSON.parse(text).length === 1;
}

export function nameIn(text: string): string {
  return JSON.parse(text)[0];
}
