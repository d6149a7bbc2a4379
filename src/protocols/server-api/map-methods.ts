import type { ChannelType } from '../../core/channels/namespace.ts';
import { ClientError } from '../../core/errors.ts';
import type { Suppressed } from '../../core/maps/maps.ts';
import type { Node } from '../../core/node/node.ts';
import type { Published, PublishOptions } from '../../core/operations/feature.ts';
import { dataOf } from './payload.ts';
import { entryOf } from './publication.ts';
import { rangeOf, readFrom } from './reading.ts';
import type { Handlers, Params } from './requests.ts';

type MapMethod =
  | 'map_publish'
  | 'map_remove'
  | 'map_read_state'
  | 'map_read_stream'
  | 'map_stats'
  | 'map_clear'
  | 'shared_poll_publish';

const MAPS: readonly ChannelType[] = ['map', 'mapClients', 'mapUsers'];
/** The names of `SuppressReason` in centrifuge's map_broker.go. */
const REASONS: Readonly<Record<Suppressed, string>> = {
  idempotency: 'idempotency',
  version: 'version',
  keyExists: 'key_exists',
  keyNotFound: 'key_not_found',
};
/** The maximum number of entries per page. */
const PAGE = 1_000;

/** Methods of map and shared poll channels. `ofType` returns a channel of one of the types, or throws. */
export function createMapMethods(
  node: Node,
  ofType: (channel: string, ...types: readonly ChannelType[]) => string,
): Pick<Handlers, MapMethod> {
  const own = (channel: string) => ofType(channel, ...MAPS);
  // Only the server itself writes to these.
  const written = (channel: string) => ofType(channel, 'map');
  return {
    map_publish: async (params, span) => {
      const { channel, key } = params;
      const options = {
        ...optionsOf(node, { ...params, channel: written(channel) }),
        ...(span !== undefined && { span }),
      };
      return resultOf(await node.publish(channel, dataOf(params), { ...options, entry: { key } }));
    },
    map_remove: async ({ channel, key, idempotency_key }, span) => {
      const options = {
        entry: { key, removed: true },
        ...(idempotency_key !== undefined && { key: idempotency_key }),
        ...(span !== undefined && { span }),
      } as const;
      return resultOf(await node.publish(written(channel), 'null', options));
    },
    map_read_state: (params) => readState(node, { ...params, channel: own(params.channel) }),
    map_read_stream: async ({ channel, since_offset: after, since_epoch: epoch, limit, reverse }) => {
      const offset = after > 0 || epoch !== '' ? { offset: after } : {};
      const range = rangeOf(node, { limit, reverse, ...offset });
      const { publications, top } = await readFrom(node, own(channel), range, epoch);
      return { entries: publications.map(entryOf), offset: top.offset, epoch: top.epoch };
    },
    map_stats: async ({ channel }) => {
      await inMemory(node, own(channel));
      return { num_keys: node.maps.sizeOf(channel) };
    },
    map_clear: async ({ channel }) => {
      await clear(node, written(channel));
      return {};
    },
    shared_poll_publish: async (params) => {
      const channel = ofType(params.channel, 'sharedPoll');
      if (!node.permissions.namespace(channel).pollVersions) {
        throw new ClientError('notAvailable', { message: 'the namespace has no pollVersions' });
      }
      const { key, version } = params;
      node.publishItem(channel, { key, version, data: dataOf(params) });
      return {};
    },
  };
}

function optionsOf(node: Node, params: Params<'map_publish'>): PublishOptions {
  const { channel, tags, idempotency_key: key, version: number, version_epoch: epoch, key_mode: mode } = params;
  if (number > 0 && node.permissions.namespace(channel).history === 'none') {
    throw new ClientError('badRequest', { field: 'version', message: 'requires a map with history' });
  }
  return {
    ...(tags !== undefined && { tags }),
    ...(key !== undefined && { key }),
    ...(number > 0 && { version: { number, epoch } }),
    ...(mode !== undefined && { onlyIf: mode === 'if_new' ? 'ifNew' : 'ifExists' }),
  };
}

function resultOf({ offset, epoch, suppressed }: Published): unknown {
  return {
    ...(offset > 0 && { offset }),
    ...(epoch !== '' && { epoch }),
    ...(suppressed !== undefined && { suppressed: true, suppress_reason: REASONS[suppressed] }),
  };
}

/** The position is read first: later changes are in the entries, and again in the stream. */
async function readState(node: Node, params: Params<'map_read_state'>): Promise<unknown> {
  const { channel, cursor, limit, key, revision_offset: revision, revision_epoch: known } = params;
  const { offset, epoch } = await node.position(channel);
  // The channel's epoch may still be on its way into the map.
  await new Promise<void>((resolve) => node.clock.soon(resolve));
  await inMemory(node, channel);
  if ((revision > 0 || known !== '') && known !== epoch) throw new ClientError('unrecoverablePosition');
  const place = { ...(offset > 0 && { offset }), ...(epoch !== '' && { epoch }) };
  if (key !== undefined) {
    const found = node.maps.find(channel, key);
    return { entries: found === undefined ? [] : [entryOf(found)], ...place };
  }
  if (limit === 0) return { entries: [], ...place };
  const most = limit < 0 ? PAGE : Math.min(limit, PAGE);
  const read = node.maps.read(channel, {
    cursor,
    limit: most,
    bytes: node.limits.recoveryBytes,
    now: node.clock.now(),
  });
  return { entries: read.entries.map(entryOf), ...place, ...(read.cursor !== '' && { cursor: read.cursor }) };
}

/** Loads the entries of a stored map, so that the rest of this turn finds them. */
function inMemory({ storedMaps, permissions }: Node, channel: string): Promise<void> {
  return storedMaps.prepare(channel, permissions.namespace(channel));
}

/** Entry by entry, so that the map's subscribers are notified. */
async function clear(node: Node, channel: string): Promise<void> {
  let cursor = '';
  do {
    await inMemory(node, channel);
    const page = node.maps.read(channel, {
      cursor,
      limit: PAGE,
      bytes: node.limits.recoveryBytes,
      now: node.clock.now(),
    });
    const keys = page.entries.flatMap(({ entry }) => (entry === undefined ? [] : [entry.key]));
    await Promise.all(keys.map((key) => node.publish(channel, 'null', { entry: { key, removed: true } })));
    cursor = page.cursor;
  } while (cursor !== '');
}
