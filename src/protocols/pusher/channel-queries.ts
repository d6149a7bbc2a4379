import type { HubChannel } from '../../core/delivery/hub-channel.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { PusherApp } from './app.ts';
import { channelOf, isName, kindOf, nameOf } from './channel-name.ts';
import { textOfData } from './event-data.ts';
import type { Query } from './http-signature.ts';

export type Attributes = { readonly user_count?: number; readonly subscription_count?: number };

const ATTRIBUTES: ReadonlySet<string> = new Set(['user_count', 'subscription_count', 'cache']);

/** Channel queries of a backend, answered by this node. */
export class ChannelQueries {
  readonly #node: Node;
  readonly #app: PusherApp;

  constructor(node: Node, app: PusherApp) {
    this.#node = node;
    this.#app = app;
  }

  /** Channels with subscribers. */
  channels(query: Query): object {
    const prefix = query.get('filter_by_prefix') ?? '';
    const asked = askedOf(query.get('info'));
    if (asked.has('user_count') && kindOf(prefix).access !== 'presence') throw notPresence();
    const start = channelOf(this.#app.settings.namespace, prefix);
    const found: [name: string, attributes: Attributes][] = [];
    for (const channel of this.#node.hub.channels()) {
      const name = nameOf(channel.name);
      const isOne = channel.name.startsWith(start) && channel.subscriberCount > 0 && isName(name);
      if (isOne && kindOf(name).access !== 'user') found.push([name, attributesOf(channel, asked)]);
    }
    return { channels: Object.fromEntries(found) };
  }

  async channel(name: string, query: Query): Promise<object> {
    const asked = askedOf(query.get('info'));
    if (asked.has('user_count') && kindOf(name).access !== 'presence') throw notPresence();
    const channel = this.#node.hub.get(this.#channelOf(name));
    const occupied = channel !== undefined && channel.subscriberCount > 0;
    const cache = asked.has('cache') ? await this.#cacheOf(name) : {};
    return { occupied, ...attributesOf(channel, asked), ...cache };
  }

  /** Users of a presence channel. */
  users(name: string): object {
    if (kindOf(name).access !== 'presence') throw notPresence();
    const users = new Set(this.#node.presenceOf(this.#channelOf(name)).map(({ user }) => user));
    return { users: [...users].map((id) => ({ id })) };
  }

  /** `info` names the requested attributes; user counts exist for presence channels only. */
  attributes(name: string, info: string): Attributes {
    const asked = askedOf(info);
    if (kindOf(name).access !== 'presence') asked.delete('user_count');
    return attributesOf(this.#node.hub.get(this.#channelOf(name)), asked);
  }

  /** The last event of a cache channel and its remaining lifetime, in seconds. */
  async #cacheOf(name: string): Promise<object> {
    if (!kindOf(name).isCache) throw new ClientError('badRequest', { message: 'cache is for cache channels only' });
    const channel = this.#channelOf(name);
    const [latest] = (await this.#node.read(channel, { limit: 1, reverse: true })).publications;
    if (latest === undefined) return {};
    const { historyTtlMs } = this.#node.permissions.namespace(channel);
    const left = Math.ceil((latest.time + historyTtlMs - this.#node.clock.now()) / 1_000);
    return { cache: { data: textOfData(latest.data), ...(historyTtlMs > 0 && { ttl: left }) } };
  }

  #channelOf(name: string): string {
    return channelOf(this.#app.settings.namespace, name);
  }
}

/** Throws `ClientError` `badRequest` for unknown attributes. */
function askedOf(info: string | undefined): Set<string> {
  const asked = new Set((info ?? '').split(',').filter((part) => part !== ''));
  for (const each of asked) {
    if (!ATTRIBUTES.has(each)) throw new ClientError('badRequest', { message: 'info names an unknown attribute' });
  }
  return asked;
}

function attributesOf(channel: HubChannel | undefined, asked: ReadonlySet<string>): Attributes {
  return {
    ...(asked.has('user_count') && { user_count: channel?.present?.users ?? 0 }),
    ...(asked.has('subscription_count') && { subscription_count: channel?.subscriberCount ?? 0 }),
  };
}

function notPresence(): ClientError {
  return new ClientError('badRequest', { message: 'user_count and users are for presence channels only' });
}
