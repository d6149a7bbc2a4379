import type { Clock } from '../ports/clock.ts';
import type { ClientInfo } from '../ports/log.ts';
import type { Since, SubscribeOptions } from './commands.ts';
import type { Connection } from './connection.ts';
import { DisconnectError, type DisconnectName, UNSUBSCRIBES, type UnsubscribeName } from './disconnects.ts';
import { ClientError } from './errors.ts';
import { type Hub, joinLeaveTopicOf, topicOf } from './hub.ts';
import type { HubChannel } from './hub-channel.ts';
import type { Permissions } from './permissions.ts';
import type { Principal } from './principal.ts';
import type { Protocol } from './protocol.ts';
import type { Push, SubscribeResult } from './pushes.ts';
import { RecoveryBudget } from './recovery-budget.ts';
import type { Grant } from './tokens.ts';

/** Whose subscriptions they are. */
export interface Subscriber {
  readonly client: string;
  readonly principal: Principal;
  readonly protocol: Protocol;
  readonly connection: Connection;
  readonly isConnected: boolean;
  readonly info: ClientInfo;
  /** Bytes that wait for the client, nearly. */
  readonly backlog: number;
  push(push: Push): void;
  flush(): void;
  close(kind: DisconnectName): void;
}

/** What subscriptions need of the node. */
export interface SubscriptionHost {
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly limits: { readonly channels: number; readonly recoveryBytes: number };
  readonly clock: Clock;
  /** What a subscription token says. Throws `DisconnectError`, `ClientError` for one that does not hold here. */
  grant(subscriber: Subscriber, channel: string, token: string): Promise<Grant>;
  announceJoin(channel: HubChannel, info: ClientInfo): void;
  announceLeave(channel: string, info: ClientInfo): void;
}

/** `entering`: allowed or being asked, not yet in. It is called off by being forgotten; another may take its place. */
type Subscription = Entry | Live;
type Entry = { readonly tag: 'entering'; readonly by: Maker; done: Promise<void> };
type Live = {
  readonly tag: 'live';
  readonly by: Maker;
  /** Shown with the client in this channel; JSON text. */
  readonly info?: string;
  readonly expiresAt?: number;
};
type Maker = 'client' | 'server';

const LIVE_BY_CLIENT: Live = { tag: 'live', by: 'client' };
const LIVE_BY_SERVER: Live = { tag: 'live', by: 'server' };

type Tell = (result: SubscribeResult) => void;
type How = {
  readonly allowed: Promise<Grant | undefined>;
  readonly options: SubscribeOptions;
  readonly by: Maker;
  readonly tell: Tell;
};

/** The channels that a connecting client is put into: first counted in, then, once it has been told, joined. */
export type Entering = {
  enter(): ReadonlyMap<string, SubscribeResult>;
  join(): void;
  abandon(): void;
};

/** What one client is subscribed to. */
export class Subscriptions {
  readonly #node: SubscriptionHost;
  readonly #session: Subscriber;
  /** Made with the first subscription: most idle connections of a plain engine have none. */
  #subscriptions: Map<string, Subscription> | undefined;
  /** Channels taken away while the connection was still being set up. */
  #revoked: Set<string> | undefined;
  /** How many the client asked for itself: those alone are limited. */
  #asked = 0;
  /** Whether one of them may run out: most never do. */
  #expires = false;

  constructor(node: SubscriptionHost, session: Subscriber) {
    this.#node = node;
    this.#session = session;
  }

  has(channel: string): boolean {
    return this.#subscriptions?.get(channel)?.tag === 'live';
  }

  /**
   * Subscribes at the client's wish, after the permission check. `tell` is called with the result in the very turn
   * in which the client enters, so that nothing can come between the answer and the first live publication.
   */
  async add(channel: string, options: SubscribeOptions, tell: Tell): Promise<void> {
    const node = this.#node;
    if (this.#subscriptions?.has(channel) === true) throw new ClientError('alreadySubscribed');
    if (this.#asked >= node.limits.channels) {
      throw new ClientError('limitExceeded', { message: `at most ${node.limits.channels} subscriptions a connection` });
    }
    const { token } = options;
    const allow = async (): Promise<Grant | undefined> => {
      if (token !== undefined) return node.grant(this.#session, channel, token);
      await node.permissions.check(this.#session.principal, 'subscribe', channel);
      return undefined;
    };
    await this.#start(channel, { allowed: allow(), options, by: 'client', tell });
  }

  /** Puts the client in, and tells it by a push. Does nothing when it is in already. */
  async addFromServer(channel: string): Promise<void> {
    if (this.#subscriptions?.has(channel) === true) return;
    const tell: Tell = (result) => this.#session.push({ kind: 'subscribe', channel, result });
    await this.#start(channel, {
      allowed: Promise.resolve(undefined),
      options: { joinLeave: true },
      by: 'server',
      tell,
    });
  }

  /** Lets a subscription go on with a new token; gives the seconds until that one runs out, if it does. */
  async renew(channel: string, token: string): Promise<number | undefined> {
    if (!this.has(channel)) throw new ClientError('permissionDenied');
    const grant = await this.#node.grant(this.#session, channel, token).catch((error: unknown) => {
      throw error instanceof ClientError && error.kind === 'tokenExpired' ? new ClientError('expired') : error;
    });
    const found = this.#subscriptions?.get(channel);
    if (found?.tag !== 'live') throw new ClientError('permissionDenied');
    const live = liveOf(found.by, grant);
    this.#subscriptions?.set(channel, live);
    return this.#ttlOf(live);
  }

  /** Ends the subscriptions whose token has run out. */
  expire(now: number): void {
    if (!this.#expires) return;
    for (const [channel, subscription] of [...(this.#subscriptions ?? [])]) {
      if (subscription.tag === 'live' && (subscription.expiresAt ?? now + 1) <= now) this.revoke(channel, 'expired');
    }
  }

  /** Ends a subscription at the client's wish; waits for one that is just starting. */
  async remove(channel: string): Promise<void> {
    const found = this.#subscriptions?.get(channel);
    if (found?.tag === 'entering') await found.done.catch(() => undefined);
    if (this.has(channel)) this.#leave(channel);
  }

  /** Ends a subscription from the server's side, at once, whatever state it is in. */
  revoke(channel: string, reason: UnsubscribeName): void {
    const found = this.#subscriptions?.get(channel);
    if (!this.#session.isConnected && UNSUBSCRIBES[reason].code < 2500) {
      this.#revoked ??= new Set();
      this.#revoked.add(channel);
    }
    if (found === undefined) return;
    if (found.tag === 'entering') this.#forget(channel);
    else {
      this.#leave(channel);
      this.#session.push({ kind: 'unsubscribe', channel, reason });
    }
  }

  /** The channel's history started anew: those whose position the server keeps must reconnect, others resubscribe. */
  reset(channel: string): void {
    const found = this.#subscriptions?.get(channel);
    if (found?.tag !== 'live') return;
    if (found.by === 'server') this.#session.close('insufficientState');
    else this.revoke(channel, 'insufficientState');
  }

  /** The connection is gone: leaves everything. */
  clear(): void {
    for (const [channel, subscription] of this.#subscriptions ?? []) {
      if (subscription.tag === 'live') this.#leave(channel);
    }
    this.#subscriptions = undefined;
  }

  /** Makes everything ready for a connecting client, so that it can then enter all channels in one turn. */
  async prepareAll(names: readonly string[], since: ReadonlyMap<string, Since>): Promise<Entering> {
    const held = new Map<string, HubChannel>();
    const release = () => {
      for (const channel of held.values()) this.#node.hub.release(channel);
      held.clear();
    };
    try {
      for (const name of new Set(names))
        held.set(name, this.#node.hub.hold(name, this.#node.permissions.namespace(name)));
      await Promise.all([...held].map(([name, channel]) => channel.prepare(since.get(name))));
    } catch (error) {
      release();
      throw error;
    }
    const enter = () => {
      if ([...held.values()].every(({ isReady }) => isReady)) return this.#enterAll(held, since);
      // A history began anew meanwhile, so the client has no place in it: it must come again.
      release();
      throw new DisconnectError('insufficientState');
    };
    return { enter, join: () => this.#joinAll(held), abandon: release };
  }

  #enterAll(held: Map<string, HubChannel>, since: ReadonlyMap<string, Since>): Map<string, SubscribeResult> {
    const results = new Map<string, SubscribeResult>();
    const budget = this.#budget();
    for (const [name, channel] of held) {
      if (this.#revoked?.has(name) === true) {
        held.delete(name);
        this.#node.hub.release(channel);
      } else {
        const position = since.get(name);
        const result = this.#node.hub.enter(channel, this.#session.protocol, position && { since: position, budget });
        results.set(name, this.#keep(channel, LIVE_BY_SERVER, result));
      }
    }
    this.#revoked = undefined;
    return results;
  }

  #joinAll(held: ReadonlyMap<string, HubChannel>): void {
    for (const channel of held.values()) {
      this.#join(channel, true);
      this.#node.hub.release(channel);
    }
  }

  async #start(channel: string, how: How): Promise<void> {
    const { by } = how;
    const entry: Entry = { tag: 'entering', by, done: Promise.resolve() };
    this.#subscriptions ??= new Map();
    this.#subscriptions.set(channel, entry);
    if (by === 'client') this.#asked += 1;
    entry.done = this.#enterWhenReady(channel, entry, how);
    try {
      await entry.done;
    } catch (error) {
      if (this.#subscriptions?.get(channel) === entry) this.#forget(channel);
      throw error;
    }
  }

  async #enterWhenReady(name: string, entry: Entry, { allowed, options, by, tell }: How): Promise<void> {
    const live = liveOf(by, await allowed);
    const { hub } = this.#node;
    const channel = hub.hold(name, this.#node.permissions.namespace(name));
    try {
      do await channel.prepare(options.since);
      while (!channel.isReady);
      if (this.#subscriptions?.get(name) !== entry) throw new ClientError('permissionDenied');
      tell(this.#countIn(channel, live, options));
      this.#session.flush();
      this.#join(channel, options.joinLeave === true);
    } finally {
      hub.release(channel);
    }
  }

  /** Counts the client in; the caller must tell it the result and then `#join`, in this same turn. */
  #countIn(channel: HubChannel, live: Live, { since, rejectUnrecovered }: SubscribeOptions): SubscribeResult {
    const { hub } = this.#node;
    const result = hub.enter(channel, this.#session.protocol, since && { since, budget: this.#budget() });
    if (rejectUnrecovered === true && result.wasRecovering && !result.recovered) {
      hub.leave(channel.name, this.#session.protocol);
      throw new ClientError('unrecoverablePosition');
    }
    return this.#keep(channel, live, result);
  }

  #budget(): RecoveryBudget {
    const { protocol, backlog } = this.#session;
    return new RecoveryBudget(this.#node.limits.recoveryBytes, backlog, protocol.aroundPublication);
  }

  #keep(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult {
    this.#subscriptions ??= new Map();
    this.#subscriptions.set(channel.name, live);
    const ttl = this.#ttlOf(live);
    return ttl === undefined ? result : { ...result, ttl };
  }

  #join(channel: HubChannel, joinLeave: boolean): void {
    const { connection, protocol } = this.#session;
    connection.join(topicOf(protocol, channel.name));
    if (joinLeave && channel.namespace.joinLeave) connection.join(joinLeaveTopicOf(protocol, channel.name));
    if (protocol.clients !== 'poll') this.#node.announceJoin(channel, this.#infoIn(channel.name));
  }

  /** How the client is shown in the channel. */
  #infoIn(channel: string): ClientInfo {
    const found = this.#subscriptions?.get(channel);
    const chanInfo = found?.tag === 'live' ? found.info : undefined;
    return chanInfo === undefined ? this.#session.info : { ...this.#session.info, chanInfo };
  }

  #ttlOf({ expiresAt }: Live): number | undefined {
    if (expiresAt === undefined) return undefined;
    this.#expires = true;
    return Math.max(1, Math.ceil((expiresAt - this.#node.clock.now()) / 1_000));
  }

  #forget(channel: string): void {
    if (this.#subscriptions?.get(channel)?.by === 'client') this.#asked -= 1;
    this.#subscriptions?.delete(channel);
  }

  #leave(channel: string): void {
    const info = this.#infoIn(channel);
    this.#forget(channel);
    const { connection, protocol } = this.#session;
    connection.leave(topicOf(protocol, channel));
    if (this.#node.permissions.namespace(channel).joinLeave) connection.leave(joinLeaveTopicOf(protocol, channel));
    if (protocol.clients !== 'poll') this.#node.announceLeave(channel, info);
    this.#node.hub.leave(channel, this.#session.protocol);
  }
}

/** One object serves all subscriptions about which there is nothing more to say. */
function liveOf(by: Maker, grant: Grant | undefined): Live {
  if (grant?.info === undefined && grant?.expiresAt === undefined) {
    return by === 'client' ? LIVE_BY_CLIENT : LIVE_BY_SERVER;
  }
  const { info, expiresAt } = grant;
  return { tag: 'live', by, ...(info !== undefined && { info }), ...(expiresAt !== undefined && { expiresAt }) };
}
