import { ANONYMOUS } from '../../core/access/principal.ts';
import type { ChannelType } from '../../core/channels/namespace.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { PublishOptions } from '../../core/operations/feature.ts';
import type { Span } from '../../ports/traces.ts';
import { explain } from './api-errors.ts';
import { createMapMethods } from './map-methods.ts';
import { createOrders } from './orders.ts';
import { dataOf } from './payload.ts';
import { infoOf, publicationOf } from './publication.ts';
import { rangeOf, readFrom } from './reading.ts';
import type { Handlers, Params } from './requests.ts';

/** Methods for a developer's own backend. Feature channels are refused. */
export function createHandlers(node: Node, version: string, startedAt: number): Handlers {
  const own = (channel: string): string => {
    if (node.permissions.takesTokens(channel)) return channel;
    throw new ClientError('permissionDenied', { field: 'channel', message: "a feature's channel" });
  };
  const ofType = (channel: string, ...types: readonly ChannelType[]): string => {
    const { type } = node.permissions.namespace(own(channel));
    if (types.includes(type)) return channel;
    throw new ClientError('badRequest', { field: 'channel', message: `is a ${type}, which has its own methods` });
  };
  const publish = async (channel: string, params: Omit<Params<'publish'>, 'channel'>, span: Span | undefined) => {
    const { offset, epoch } = await node.publish(ofType(channel, 'stream'), dataOf(params), optionsOf(params, span));
    return offset === 0 ? {} : { offset, epoch };
  };
  return {
    publish: ({ channel, ...rest }, span) => publish(channel, rest, span),
    broadcast: async ({ channels, ...rest }, span) => {
      const published = channels.map((channel) =>
        publish(channel, rest, span).then(
          (result) => ({ result }),
          (error: unknown) => ({ error: explain(node, error, { method: 'broadcast', span }) }),
        ),
      );
      return { responses: await Promise.all(published) };
    },
    ...createMapMethods(node, ofType),
    ...createOrders(node, own),
    presence: async ({ channel }) => ({
      presence: Object.fromEntries(node.presenceOf(own(channel)).map((info) => [info.client, infoOf(info)])),
    }),
    presence_stats: async ({ channel }) => {
      const present = node.presenceOf(own(channel));
      return { num_clients: present.length, num_users: new Set(present.map(({ user }) => user)).size };
    },
    history: async ({ channel, limit, since, reverse }) => {
      const range = rangeOf(node, { limit, reverse, ...since });
      const { publications, top } = await readFrom(node, own(channel), range, since?.epoch);
      return { publications: publications.map(publicationOf), epoch: top.epoch, offset: top.offset };
    },
    history_remove: async ({ channel }) => {
      await node.trim(own(channel));
      return {};
    },
    channels: async ({ pattern }) => ({ channels: channelsOf(node, pattern) }),
    info: async () => ({
      nodes: [
        {
          uid: node.name,
          name: 'banyan',
          version,
          num_clients: node.population.clients,
          num_users: node.population.users,
          num_channels: node.hub.size,
          num_subs: node.hub.subscriptions,
          uptime: Math.floor((node.clock.now() - startedAt) / 1_000),
        },
      ],
    }),
    rpc: async ({ method, params }, span) => {
      const asking = { ...NOBODY, ...(span !== undefined && { span }) };
      return { data: await node.admission.call(asking, method, params?.text) };
    },
  };
}

/** The principal of a backend that calls itself. */
const NOBODY = { client: '', principal: ANONYMOUS, address: '', protocol: 'json', transport: 'server_api' } as const;

function optionsOf(params: Omit<Params<'publish'>, 'channel'>, span: Span | undefined): PublishOptions {
  const { tags, idempotency_key: key, skip_history: fleeting, version: number, version_epoch: epoch } = params;
  return {
    ...(tags !== undefined && { tags }),
    ...(key !== undefined && { key }),
    ...(fleeting && { fleeting }),
    ...(number > 0 && { version: { number, epoch } }),
    ...(span !== undefined && { span }),
  };
}

/** Channels with subscribers on this node, without those of features. */
function channelsOf(node: Node, pattern: string): Record<string, { num_clients: number }> {
  const matches = globOf(pattern);
  const found: Record<string, { num_clients: number }> = {};
  for (const { name, subscriberCount } of node.hub.channels()) {
    // A recently polled channel is kept although it has no subscribers.
    if (subscriberCount === 0 || !node.permissions.takesTokens(name) || !matches(name)) continue;
    found[name] = { num_clients: subscriberCount };
  }
  return found;
}

function globOf(pattern: string): (name: string) => boolean {
  if (pattern === '') return () => true;
  const source = pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, (sign) =>
    sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`,
  );
  const expression = new RegExp(`^${source}$`, 's');
  return (name) => expression.test(name);
}
