import type { ClientInfo } from '../../ports/log.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { Slots } from '../limits/slots.ts';
import { type PageEdge, type SelectedPage, selectPage } from '../operations/select-page.ts';
import type { Session } from '../sessions/session.ts';
import type { Node } from './node.ts';

/** Looks at everything that wait behind the one under way. */
const WAITING_LOOKS = 16;

/** By which connections stand in a list: those that came last first. */
export type ConnectionKey = { readonly openedAt: number; readonly client: string };

/** By which channels do: by name, or those with the most subscribers first. */
export type ChannelKey = { readonly name: string; readonly subscriberCount: number };
export type ChannelOrder = 'name' | 'subscribers';

/** By which those present in a channel do. */
export type PresenceKey = { readonly user: string; readonly client: string };

export type ConnectionsQuery = {
  /** A part of a user's id, of a client's id or of an address, in whatever case; '' for all. */
  readonly text: string;
  /** A user whose connections are meant too. */
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
 * Looks for an operator at what is live on this node. Nothing is kept for it: each answer is made by one look at
 * everything, in slices, one look at a time; without a look it costs nothing.
 */
export class Inspection {
  readonly node: Node;
  readonly #looks = new Slots(1, WAITING_LOOKS);

  constructor(node: Node) {
    this.node = node;
  }

  connections({ text, user, ...page }: ConnectionsQuery): Promise<SelectedPage<Session>> {
    const wanted = text.toLowerCase();
    const accepts = (session: Session) => wanted === '' || isMeant(session, wanted, user);
    return this.#look(this.node.sessions(), { ...page, compare: newestFirst, accepts });
  }

  /** The connection with this client id. */
  async connection(client: string): Promise<Session | undefined> {
    const accepts = (session: Session) => session.client === client;
    const { items } = await this.#look(this.node.sessions(), { limit: 1, compare: newestFirst, accepts });
    return items[0];
  }

  /** How many connections they have that belong to the same user as `principal`. */
  async countOf(principal: Principal): Promise<number> {
    const accepts = ({ principal: other }: Session) => isSameUser(principal, other);
    return (await this.#look(this.node.sessions(), { limit: 1, compare: newestFirst, accepts })).total;
  }

  /** Of the channels that somebody listens to. */
  channels({ prefix, order, ...page }: ChannelsQuery): Promise<SelectedPage<HubChannel>> {
    const compare = order === 'name' ? byName : mostSubscribersFirst;
    const accepts = ({ name, empty }: HubChannel) => !empty && name.startsWith(prefix);
    return this.#look(this.node.hub.channels(), { ...page, compare, accepts });
  }

  /** Of those present in a channel. */
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

/** Whether both are the same user, through whichever connection. Anonymous ones are nobody. */
function isSameUser(one: Principal, other: Principal): boolean {
  if (one.kind !== other.kind || userOf(one) === '' || userOf(one) !== userOf(other)) return false;
  return one.kind !== 'app' || (other.kind === 'app' && one.app === other.app);
}

function isMeant({ client, address, principal }: Session, wanted: string, user: string | undefined): boolean {
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
