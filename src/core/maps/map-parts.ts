import type { Publication } from '../../ports/log.ts';
import type { FeedOptions } from '../delivery/feed.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { ClientError } from '../errors.ts';
import type { Since, SubscribeOptions } from '../protocol/commands.ts';
import type { MapPart, SubscribeResult } from '../protocol/pushes.ts';
import type { MapRead, Maps } from './maps.ts';

/** Entries per part, unless the client requests fewer. */
const MAX_ENTRIES = 1_000;

/** What to read for a client that enters a map; undefined for a log, and for a recovery. */
export function readPart(
  maps: Maps,
  channel: HubChannel,
  asked: SubscribeOptions,
  { bytes, now }: { readonly bytes: number; readonly now: number },
): MapRead | undefined {
  const { type } = channel.namespace;
  if ((asked.type ?? 'stream') !== type) {
    throw new ClientError('badRequest', { field: 'type', message: `this channel is a ${type}` });
  }
  if (type === 'stream' || type === 'sharedPoll' || (asked.page === undefined && asked.since !== undefined))
    return undefined;
  const { cursor, limit } = asked.page ?? { cursor: '', limit: 0 };
  const most = limit > 0 ? Math.min(limit, MAX_ENTRIES) : MAX_ENTRIES;
  return maps.read(channel.name, { cursor, limit: most, bytes, now });
}

/**
 * The reply with a part that is not the last: the client continues from its cursor, and from the position of the first
 * part.
 */
export function partResult(
  channel: HubChannel,
  read: MapRead,
  { since, feedOptions }: { readonly since: Since | undefined; readonly feedOptions: FeedOptions | undefined },
): SubscribeResult {
  const { epoch } = channel.position;
  const offset = since?.offset ?? channel.position.offset;
  return {
    ...{ recoverable: channel.recoverable, epoch, offset, wasRecovering: false, recovered: false, publications: [] },
    ...(feedOptions?.delta === true && { delta: true }),
    map: mapPart(channel, read.cursor, chosen(read.entries, feedOptions)),
  };
}

/**
 * The reply with the last part: with the changes since the first one, the client has the current map. `entered` is the
 * result of entering at the position of the first part. Throws `unrecoverablePosition` if too much has changed.
 */
export function lastResult(
  channel: HubChannel,
  read: MapRead,
  { entered, feedOptions }: { readonly entered: SubscribeResult; readonly feedOptions: FeedOptions | undefined },
): SubscribeResult {
  const changed = entered.wasRecovering && channel.recoverable ? missedIn(entered) : changedIn(channel, read);
  if (changed === undefined) throw new ClientError('unrecoverablePosition');
  return {
    ...entered,
    ...{ wasRecovering: false, recovered: false, offset: channel.position.offset },
    publications: chosen(changed, feedOptions),
    map: mapPart(channel, '', chosen(read.entries, feedOptions)),
  };
}

/** The reply to a client that knew the map already. Throws `unrecoverablePosition` if it missed too much. */
export function recoveredResult(channel: HubChannel, entered: SubscribeResult): SubscribeResult {
  if (!entered.recovered) throw new ClientError('unrecoverablePosition');
  return { ...entered, offset: channel.position.offset, map: mapPart(channel, '', []) };
}

function mapPart({ namespace }: HubChannel, cursor: string, state: readonly Publication[]): MapPart {
  return { type: namespace.type, cursor, state, debounceMs: namespace.mapDebounceMs };
}

function missedIn(entered: SubscribeResult): readonly Publication[] | undefined {
  return entered.recovered ? entered.publications : undefined;
}

/** With a log a first part that is also the last needs none: it was read in this same turn. */
function changedIn(channel: HubChannel, read: MapRead): readonly Publication[] | undefined {
  return channel.recoverable ? [] : read.changed;
}

/** A removal has no tags, and matters to every client that has the entry. */
function chosen(publications: readonly Publication[], feedOptions: FeedOptions | undefined): readonly Publication[] {
  const filter = feedOptions?.filter;
  if (filter === undefined) return publications;
  return publications.filter(({ tags, entry }) => entry?.removed === true || filter.matches(tags));
}
