import type { ClientInfo } from '../../ports/log.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { Slots } from '../limits/slots.ts';
import { type PageEdge, type SelectedPage, selectPage } from '../operations/select-page.ts';
import type { Session } from '../sessions/session.ts';
import type { Node } from './node.ts';

/** Inspections waiting behind the running one. */
const WAITING_LOOKS = 16;

/** The sort key of connections: newest first. */
export type ConnectionKey = { readonly openedAt: number; readonly client: string };

/** The sort key of channels: by name, or most subscribers first. */
export type ChannelKey = { readonly name: string; readonly subscriberCount: number };
export type ChannelOrder = 'name' | 'subscribers';

/** The sort key of presence. */
export type PresenceKey = { readonly user: string; readonly client: string };

export type ConnectionsQuery = {
  /** A part of a user's id, of a client's id or of an address, case-insensitive; '' for all. */
  readonly text: string;
  /** A user whose connections match too. */
  readonly user?: string | undefined;
  readonly limit: number;
  readonly edge?: PageEdge<ConnectionKey> | undefined;
};

export type ChannelsQuery = {
  readonly prefix: string;
  readonly order: ChannelOrder;
  readonly limit: number;
  readonly edge?: PageEdge<ChannelKey> | undefined;
};

/**
 * Inspects live connections and channels of this node for an operator. It keeps no indexes: each result is computed by
 * one pass over everything, in slices, one pass at a time; without calls it costs nothing.
 */
export class Inspection {
  readonly node: Node;
  readonly #looks = new Slots(1, WAITING_LOOKS);

  constructor(node: Node) {
    this.node = node;
  }

  connections({ text, user, ...page }: ConnectionsQuery): Promise<SelectedPage<Session>> {
    const wanted = text.toLowerCase();
    const accepts = (session: Session) => wanted === '' || matches(session, wanted, user);
    return this.#look(this.node.sessions(), { ...page, compare: newestFirst, accepts });
  }

  /** The connection with this client id. */
  async connection(client: string): Promise<Session | undefined> {
    const accepts = (session: Session) => session.client === client;
    const { items } = await this.#look(this.node.sessions(), { limit: 1, compare: newestFirst, accepts });
    return items[0];
  }

  /** The number of connections of the same user as `principal`. */
  async countOf(principal: Principal): Promise<number> {
    const accepts = ({ principal: other }: Session) => isSameUser(principal, other);
    return (await this.#look(this.node.sessions(), { limit: 1, compare: newestFirst, accepts })).total;
  }

  /** Channels with subscribers. */
  channels({ prefix, order, ...page }: ChannelsQuery): Promise<SelectedPage<HubChannel>> {
    const compare = order === 'name' ? byName : mostSubscribersFirst;
    const accepts = ({ name, empty }: HubChannel) => !empty && name.startsWith(prefix);
    return this.#look(this.node.hub.channels(), { ...page, compare, accepts });
  }

  /** Clients present in a channel. */
  presence(
    channel: string,
    page: { readonly limit: number; readonly edge?: PageEdge<PresenceKey> | undefined },
  ): Promise<SelectedPage<ClientInfo>> {
    const clients = this.node.hub.get(channel)?.present?.clients ?? [];
    return this.#look(clients, { ...page, compare: byUser, accepts: () => true });
  }

  #look<Key, Item extends Key>(
    items: Iterable<Item>,
    query: Parameters<typeof selectPage<Key, Item>>[1],
  ): Promise<SelectedPage<Item>> {
    const breathe = () => new Promise<void>((resolve) => this.node.clock.soon(resolve));
    return this.#looks.run(() => selectPage(items, query, breathe));
  }
}

/** Whether both are the same user, on any connection. Anonymous ones never are. */
function isSameUser(one: Principal, other: Principal): boolean {
  if (one.kind !== other.kind || userOf(one) === '' || userOf(one) !== userOf(other)) return false;
  return one.kind !== 'app' || (other.kind === 'app' && one.app === other.app);
}

function matches({ client, address, principal }: Session, wanted: string, user: string | undefined): boolean {
  const id = userOf(principal);
  if (user !== undefined && principal.kind === 'user' && id === user) return true;
  return [client, address, id].some((text) => text.toLowerCase().includes(wanted));
}

function newestFirst(one: ConnectionKey, other: ConnectionKey): number {
  return other.openedAt - one.openedAt || ordered(one.client, other.client);
}

function byName(one: ChannelKey, other: ChannelKey): number {
  return ordered(one.name, other.name);
}

function mostSubscribersFirst(one: ChannelKey, other: ChannelKey): number {
  return other.subscriberCount - one.subscriberCount || byName(one, other);
}

function byUser(one: PresenceKey, other: PresenceKey): number {
  return ordered(one.user, other.user) || ordered(one.client, other.client);
}

function ordered(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
