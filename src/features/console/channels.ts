import type { consoleContract, PublicationInfo } from '../../contracts/console/contract.ts';
import { namespaceOf } from '../../core/channels/namespace.ts';
import { ClientError } from '../../core/errors.ts';
import type { ChannelKey, PresenceKey } from '../../core/node/inspection.ts';
import { audit } from '../../core/operations/audit.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import { type Cursors, edgeOf, placeOf } from './pages.ts';
import type { Parts } from './parts.ts';

type ChannelHandlers = Pick<
  Handlers<typeof consoleContract>,
  'channels' | 'channel' | 'history' | 'presence' | 'publish' | 'removeHistory'
>;

const CURSORS: Cursors<ChannelKey> = {
  write: ({ subscriberCount, name }) => [subscriberCount, name],
  read: ([count, name]) => (typeof count === 'number' ? { subscriberCount: count, name } : undefined),
};

const PRESENCE_CURSORS: Cursors<PresenceKey> = {
  write: ({ user, client }) => [user, client],
  read: ([user, client]) => (typeof user === 'string' ? { user, client } : undefined),
};

/** Operations that list channels, inspect one, and publish in it. */
export function channelHandlers(parts: Parts): ChannelHandlers {
  const { inspection, host } = parts;
  return {
    channels: async (_context, { prefix, order, limit, ...asked }) => {
      const page = await inspection.channels({ prefix, order, limit, edge: edgeOf(asked, CURSORS) });
      const { permissions } = inspection.node;
      const channels = page.items.map(({ name, subscriberCount, namespace }) => {
        const isClosed = !permissions.takesTokens(name);
        return { channel: name, subscribers: subscriberCount, history: namespace.history, isClosed };
      });
      return { channels, ...placeOf(page, CURSORS) };
    },

    channel: (_context, { channel }) => describe(parts, channel),

    history: async (_context, { channel, before, limit }) => {
      checkOpen(parts, channel);
      const range = { limit, reverse: true, ...(before !== undefined && { after: before }) };
      const { publications } = await host.channels.read(channel, range);
      const last = publications.at(-1)?.offset ?? 1;
      return { publications: publications.map(publicationInfo), next: last > 1 ? last : null };
    },

    presence: async (_context, { channel, limit, ...asked }) => {
      checkOpen(parts, channel);
      const page = await inspection.presence(channel, { limit, edge: edgeOf(asked, PRESENCE_CURSORS) });
      return { clients: page.items.map(presenceInfo), ...placeOf(page, PRESENCE_CURSORS) };
    },

    publish: async (context, { channel, data, entry }) => {
      checkOpen(parts, channel);
      const options = entry === undefined ? {} : { entry: { key: entry } };
      const { offset, epoch, time } = await host.channels.publish(channel, oneLine(data), options);
      audit(parts.host, context, { event: 'console.published', channel, offset });
      return { offset, epoch, time };
    },

    removeHistory: async (context, { channel }) => {
      checkOpen(parts, channel);
      await inspection.node.trim(channel);
      audit(parts.host, context, { event: 'console.history_removed', channel });
      return {};
    },
  };
}

async function describe({ inspection, host }: Parts, channel: string) {
  const { permissions, hub } = inspection.node;
  const rules = permissions.namespace(channel);
  const present = hub.get(channel)?.present;
  const isKept = rules.history !== 'none' && rules.type !== 'sharedPoll';
  return {
    channel,
    rules: { namespace: namespaceOf(channel), ...rules },
    isClosed: !permissions.takesTokens(channel),
    subscribers: hub.get(channel)?.subscriberCount ?? 0,
    position: isKept ? (await host.channels.read(channel, { limit: 0 })).top : null,
    present: rules.presence ? { clients: present?.size ?? 0, users: present?.users ?? 0 } : null,
  };
}

/** A feature's channels contain private messages: owning the installation does not open them. */
function checkOpen({ inspection }: Parts, channel: string): void {
  if (inspection.node.permissions.takesTokens(channel)) return;
  throw new ClientError('permissionDenied', { message: 'the console cannot open channels of features' });
}

/** JSON text as channels carry it. Throws `invalidInput` for invalid JSON; keeps how numbers are written. */
function oneLine(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw new ClientError('invalidInput', { field: 'data', message: 'must be JSON' });
  }
  // In JSON strings line ends are always escaped.
  return text.trim().replace(/[\r\n]+/g, ' ');
}

function publicationInfo({ offset, time, data, info, tags = {}, entry }: Publication): PublicationInfo {
  return {
    ...{ offset, time, data },
    user: info?.user ?? '',
    client: info?.client ?? '',
    tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
    entry: entry?.key ?? null,
    isRemoval: entry?.removed === true,
  };
}

function presenceInfo({ user, client, connInfo, chanInfo }: ClientInfo) {
  return { user, client, info: chanInfo ?? connInfo ?? null };
}
