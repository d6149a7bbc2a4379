import { ClientError, toClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node.ts';
import { ANONYMOUS } from '../../core/principal.ts';
import { JsonText } from '../../core/raw-json.ts';
import { traceFields } from '../../core/tracing.ts';
import type { ClientInfo, MapEntry, Publication } from '../../ports/log.ts';
import type { Span } from '../../ports/traces.ts';
import { createOrders } from './orders.ts';
import { dataOf } from './payload.ts';
import type { Handlers, Params } from './requests.ts';

type ApiError = { readonly code: number; readonly message: string };

/** What a developer's own backend may do. Channels of features are not its business: they are refused. */
export function createHandlers(node: Node, version: string, startedAt: number): Handlers {
  const own = (channel: string): string => {
    if (node.permissions.takesTokens(channel)) return channel;
    throw new ClientError('permissionDenied', { field: 'channel', message: "a feature's channel" });
  };
  const publish = async (
    channel: string,
    { tags, idempotency_key: key, skip_history: fleeting, ...rest }: Params<'publish'>,
    { entry, span }: { readonly entry?: MapEntry; readonly span?: Span | undefined },
  ) => {
    const options = {
      ...(tags !== undefined && { tags }),
      ...(key !== undefined && { key }),
      ...(fleeting && { fleeting }),
      ...(entry !== undefined && { entry }),
      ...(span !== undefined && { span }),
    };
    const { offset, epoch } = await node.publish(own(channel), dataOf(rest), options);
    return offset === 0 ? {} : { offset, epoch };
  };
  return {
    publish: (params, span) => publish(params.channel, params, { span }),
    broadcast: async ({ channels, ...rest }, span) => {
      const published = channels.map((channel) =>
        publish(channel, { channel, ...rest }, { span }).then(
          (result) => ({ result }),
          (error: unknown) => ({ error: explain(node, error, { method: 'broadcast', span }) }),
        ),
      );
      return { responses: await Promise.all(published) };
    },
    map_publish: ({ key, ...params }, span) => publish(params.channel, params, { entry: { key }, span }),
    map_remove: ({ channel, key }, span) =>
      publish(channel, { channel, data: NOTHING, skip_history: false }, { entry: { key, removed: true }, span }),
    ...createOrders(node, own),
    presence: async ({ channel }) => ({
      presence: Object.fromEntries(node.presenceOf(own(channel)).map((info) => [info.client, infoOf(info)])),
    }),
    presence_stats: async ({ channel }) => {
      const present = node.presenceOf(own(channel));
      return { num_clients: present.length, num_users: new Set(present.map(({ user }) => user)).size };
    },
    history: (params) => history(node, { ...params, channel: own(params.channel) }),
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

/** The data of a removal. */
const NOTHING = new JsonText('null');

/** As whom a backend asks itself. */
const NOBODY = { client: '', principal: ANONYMOUS, address: '', protocol: 'server-api' };

type Failed = { readonly method: string; readonly span: Span | undefined };

/** As `errorOf`; what is the server's own mistake is recorded. */
export function explain(node: Node, thrown: unknown, { method, span }: Failed): ApiError {
  const error = toClientError(thrown);
  if (error.kind === 'internal') {
    node.report(error.cause ?? error, 'api.failed', { method, ...traceFields(span) });
    span?.fail(error);
  }
  return errorOf(error);
}

/** An error as the API's answers carry it. */
export function errorOf(error: unknown): ApiError {
  const { code, message, field } = error instanceof ClientError ? error : new ClientError('internal');
  return { code, message: field === undefined ? message : `${field}: ${message}` };
}

async function history(node: Node, { channel, limit, since, reverse }: Params<'history'>): Promise<unknown> {
  const most = node.limits.history;
  const range = { limit: limit < 0 ? most : Math.min(limit, most), reverse };
  const { publications, top } = await node.read(channel, {
    ...range,
    ...(since !== undefined && { after: since.offset }),
  });
  if (since !== undefined && since.epoch !== '' && since.epoch !== top.epoch) {
    throw new ClientError('unrecoverablePosition');
  }
  return { publications: publications.map(publicationOf), epoch: top.epoch, offset: top.offset };
}

function publicationOf({ data, info, offset, tags, entry }: Publication): unknown {
  return {
    data: new JsonText(data),
    ...(info !== undefined && { info: infoOf(info) }),
    offset,
    ...(tags !== undefined && { tags }),
    ...(entry !== undefined && entry),
  };
}

function infoOf({ user, client, connInfo, chanInfo }: ClientInfo): unknown {
  return {
    user,
    client,
    ...(connInfo !== undefined && { conn_info: new JsonText(connInfo) }),
    ...(chanInfo !== undefined && { chan_info: new JsonText(chanInfo) }),
  };
}

/** Channels with subscribers on this node; those of features are not told of. */
function channelsOf(node: Node, pattern: string): Record<string, { num_clients: number }> {
  const matches = globOf(pattern);
  const found: Record<string, { num_clients: number }> = {};
  for (const { name, subscriberCount } of node.hub.channels()) {
    // One that was polled a moment ago is kept although nobody is in it.
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
