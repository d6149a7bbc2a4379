import type { Clock } from '../../ports/clock.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import type { Traces } from '../../ports/traces.ts';
import type { Admission } from '../access/admission.ts';
import { refreshedBy } from '../access/old-tokens.ts';
import type { Permissions } from '../access/permissions.ts';
import { type Principal, userOf } from '../access/principal.ts';
import { secondsLeft } from '../access/seconds-left.ts';
import type { Grant } from '../access/tokens.ts';
import { GRACE_MS, isOutage } from '../backend/application.ts';
import type { ServerSubscription } from '../bus/node-messages.ts';
import type { SharedPolls } from '../channels/shared-polls.ts';
import { Tracking } from '../channels/tracking.ts';
import type { Reader } from '../delivery/conflation.ts';
import { type Feed, feedOptionsOf } from '../delivery/feed.ts';
import type { Hub } from '../delivery/hub.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { RecoveryBudget } from '../delivery/recovery-budget.ts';
import { joinLeaveTopicOf, topicOf } from '../delivery/topics.ts';
import { DisconnectError, UNSUBSCRIBES, type UnsubscribeName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { Asker } from '../limits/fair-queue.ts';
import type { NodeWork } from '../limits/node-work.ts';
import type { LimitName } from '../limits/quotas.ts';
import { bytesOfResult, readsChannel } from '../limits/work-bytes.ts';
import { partResult, readPart } from '../maps/map-parts.ts';
import type { MapRead, Maps } from '../maps/maps.ts';
import type { StoredMaps } from '../maps/stored-maps.ts';
import { beginQuestion, ending } from '../measures/tracing.ts';
import type { Command, SubscribeOptions } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Push, SubscribeResult } from '../protocol/pushes.ts';
import { type Entering, type Positions, prepareEntering, type Seats } from './connect-entry.ts';
import { mannerOf, mayHearJoinLeave, type Shown, serverMannerOf, shownOf } from './manner.ts';
import type { SubscribeOverride } from './subscribe-override.ts';
import {
  checkRoom,
  type Entrance,
  type Entry,
  enterAs,
  type Live,
  liveOf,
  type Maker,
  resultOf,
  type Subscription,
  sinceOf,
  trackingIn,
  withFeed,
} from './subscription.ts';

/** Whose subscriptions they are. */
export interface Subscriber extends Reader {
  readonly client: string;
  readonly principal: Principal;
  readonly protocol: Protocol;
  readonly address: string;
  readonly transport: string;
  readonly isConnected: boolean;
  readonly info: ClientInfo;
  readonly asker: Asker;
  /** Bytes that wait for the client, nearly. */
  readonly backlog: number;
  /** False when the client's protocol has no words for it. */
  push(push: Push): boolean;
  flush(): void;
}

/** What subscriptions need of the node. */
export interface SubscriptionHost {
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly limits: { readonly channels: number; readonly recoveryBytes: number };
  readonly clock: Clock;
  readonly admission: Admission;
  readonly maps: Maps;
  readonly storedMaps: StoredMaps;
  readonly polls: SharedPolls;
  readonly work: NodeWork;
  readonly traces: Traces | undefined;
  /** How many more channels the connection's user may ask for, over all connections. */
  channelsLeft(principal: Principal): number;
  /** Counts what a limit has refused. */
  refused(limit: LimitName): void;
  /** `silently`: it was there already, by another connection. */
  announceJoin(channel: HubChannel, info: ClientInfo, shown: Shown, silently: boolean): void;
  announceLeave(channel: string, info: ClientInfo, shown: Shown): void;
  /** The channel's subscribers on this node have become more or fewer. */
  counted(channel: string): void;
  /** Logs an error that no client is told the cause of. */
  report(thrown: unknown, event: string): void;
}

type Tell = (result: SubscribeResult) => void;
type How = {
  readonly allowed: Promise<Grant | undefined>;
  readonly options: SubscribeOptions;
  readonly by: Maker;
  readonly tell: Tell;
};

/** What one client is subscribed to. The commands for one channel are to come one after the other (`ChannelTurns`). */
export class Subscriptions {
  readonly #node: SubscriptionHost;
  readonly #session: Subscriber;
  /** Made with the first subscription: most idle connections of a plain engine have none. */
  #subscriptions: Map<string, Subscription> | undefined;
  /** Channels taken away while the connection was still being set up. */
  #revoked: Set<string> | undefined;
  /** Channels in which it takes the place of a connection that it had before. */
  #takenOver: Set<string> | undefined;
  /** How many the client asked for itself: those alone are limited. */
  #asked = 0;
  /** Whether one of them may run out: most never do. */
  #expires = false;

  constructor(node: SubscriptionHost, session: Subscriber) {
    this.#node = node;
    this.#session = session;
  }

  /** How many there are, those on their way in among them. */
  get size(): number {
    return this.#subscriptions?.size ?? 0;
  }

  /** Their channels. */
  get channels(): Iterable<string> {
    return this.#subscriptions?.keys() ?? [];
  }

  /** How many the client has asked for itself. */
  get asked(): number {
    return this.#asked;
  }

  has(channel: string): boolean {
    return this.#subscriptions?.get(channel)?.tag === 'live';
  }

  /** Whether it takes the channel's publications the plain way. */
  isPlain(channel: string): boolean {
    return this.has(channel) && this.#feedOf(channel) === undefined;
  }

  /**
   * Subscribes at the client's wish, after the permission check. `tell` is called with the result in the very turn
   * in which the client enters, so that nothing can come between the answer and the first live publication.
   */
  async add(channel: string, options: SubscribeOptions, tell: Tell): Promise<void> {
    const node = this.#node;
    if (this.#subscriptions?.has(channel) === true) throw new ClientError('alreadySubscribed');
    if (this.#asked >= node.limits.channels) {
      node.refused('channels');
      throw new ClientError('limitExceeded', { message: `at most ${node.limits.channels} subscriptions a connection` });
    }
    if (node.channelsLeft(this.#session.principal) < 1) {
      node.refused('userChannels');
      throw new ClientError('limitExceeded', { message: 'this user has no more subscriptions left' });
    }
    const allowed = node.admission.admit(this.#session, channel, options);
    await this.#start(channel, { allowed, options, by: 'client', tell });
  }

  /** Puts the client in, and tells it by a push. Does nothing when it is in already. */
  async addFromServer(channel: string, given?: ServerSubscription): Promise<void> {
    if (this.#subscriptions?.has(channel) === true) return;
    const tell: Tell = ({ data, ...result }) => {
      this.#session.push({ kind: 'subscribe', channel, result, ...(data !== undefined && { data }) });
      const { epoch } = result;
      for (const publication of result.publications) {
        this.#session.push({ kind: 'publication', channel, epoch, publication });
      }
    };
    const { user } = this.#session.info;
    await this.#start(channel, {
      allowed: Promise.resolve(given && { channel, user, vouched: true, ...given }),
      options: given?.since === undefined ? {} : { since: given.since },
      by: 'server',
      tell,
    });
  }

  /**
   * Lets a subscription go on with a new token; gives the seconds until that one runs out, if it does. A token that has run
   * out closes the connection (`refreshedBy`).
   */
  async renew(channel: string, token: string): Promise<number | undefined> {
    if (!this.has(channel)) throw new ClientError('permissionDenied');
    const granted = this.#node.admission.grant(this.#session, channel, token);
    const grant = await refreshedBy(granted, this.#session.protocol, 'subscriptionExpired');
    const found = this.#subscriptions?.get(channel);
    if (found?.tag !== 'live') throw new ClientError('permissionDenied');
    // What the first token said of how it is seen and what it hears goes on.
    const { override: _, ...renewed } = grant;
    const options = { ...renewed, ...(found.override !== undefined && { override: found.override }) };
    const live = { ...withFeed(liveOf(found.by, options, this.#session.info.user), found.feed), ...trackingIn(found) };
    this.#subscriptions?.set(channel, live);
    return this.#ttlOf(live);
  }

  /** Has a subscription of a shared poll track items. Rejects as `Tracking.change`. */
  async track(
    command: Extract<Command, { kind: 'track' }>,
  ): Promise<{ items: readonly Publication[]; ttl: number | undefined }> {
    const found = this.#subscriptions?.get(command.channel);
    if (found?.tag !== 'live' || found.tracking === undefined) throw new ClientError('permissionDenied');
    const { items, expiresAt } = await found.tracking.change(command, this.#node.clock.now());
    return { items, ttl: expiresAt === undefined ? undefined : this.#secondsTo(expiresAt) };
  }

  /** Ends the subscriptions whose token has run out, and the tracking whose signature has. */
  expire(now: number): void {
    if (!this.#expires) return;
    for (const [channel, subscription] of [...(this.#subscriptions ?? [])]) {
      if (subscription.tag === 'live') subscription.tracking?.expire(now);
      if (subscription.tag === 'live' && (subscription.expiresAt ?? now + 1) <= now) this.#end(channel, subscription);
    }
  }

  /** Its time is over: ends it, unless the developer's backend lets it go on. */
  #end(channel: string, live: Live): void {
    if (live.vouched !== true) return this.revoke(channel, 'expired');
    const { expiresAt: _, ...endless } = live;
    // Not asked again while it is being asked.
    this.#subscriptions?.set(channel, endless);
    const span = beginQuestion(this.#node.traces, 'sub_refresh', { asker: this.#session, channel });
    ending(span, () => this.#node.admission.renewIn(this.#session, channel, span)).then(
      (renewal) => {
        if (this.#subscriptions?.get(channel) !== endless) return;
        this.#subscriptions.set(channel, { ...endless, ...renewal });
      },
      (error) => {
        if (this.#subscriptions?.get(channel) !== endless) return;
        if (error instanceof DisconnectError || !isOutage(error)) return this.revoke(channel, 'expired');
        this.#node.report(error, 'subscription.refresh_failed');
        this.#subscriptions.set(channel, { ...endless, expiresAt: this.#node.clock.now() + GRACE_MS });
      },
    );
  }

  /** Ends a subscription at the client's wish, behind what was published before that. */
  remove(channel: string): void {
    if (!this.has(channel)) return;
    this.#node.hub.flush(channel);
    this.#leave(channel);
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
      // A client that cannot be told would go on as if it were subscribed; when it comes back, it subscribes anew.
      if (!this.#session.push({ kind: 'unsubscribe', channel, reason })) this.#session.close('insufficientState');
    }
  }

  /** The channel's history started anew: those whose position the server keeps must reconnect, others resubscribe. */
  reset(channel: string): void {
    const found = this.#subscriptions?.get(channel);
    if (found?.tag !== 'live') return;
    if (found.by === 'server') this.#session.close('insufficientState');
    else this.revoke(channel, 'insufficientState');
  }

  /** Nobody is to be told that the client comes into these: it was there until now, by another connection. */
  takeOver(channels: ReadonlySet<string>): void {
    this.#takenOver = new Set(channels);
  }

  /** Leaves everything as another connection of the client's takes its place. Gives those of `channels` that nobody was told of. */
  handOver(channels: ReadonlySet<string>): ReadonlySet<string> {
    const isTaken = (channel: string) =>
      channels.has(channel) && this.has(channel) && this.infoIn(channel).user === this.#session.info.user;
    const taken = new Set([...this.channels].filter(isTaken));
    for (const channel of taken) this.#leave(channel, true);
    this.clear();
    return taken;
  }

  /** The connection is gone: leaves everything. */
  clear(): void {
    for (const [channel, subscription] of this.#subscriptions ?? []) {
      if (subscription.tag === 'live') this.#leave(channel);
    }
    this.#subscriptions = undefined;
  }

  /** Makes everything ready for a connecting client; see `prepareEntering`. */
  prepareAll(
    names: ReadonlyMap<string, ServerSubscription | undefined>,
    since: Positions,
    restore?: Positions,
  ): Promise<Entering> {
    const seats: Seats = {
      principal: this.#session.principal,
      user: this.#session.info.user,
      protocol: this.#session.protocol,
      isRevoked: (channel) => this.#revoked?.has(channel) === true,
      settled: () => {
        this.#revoked = undefined;
      },
      budget: () => this.#budget(),
      keep: (channel, live, result) => {
        if (live.by === 'client') this.#asked += 1;
        return this.#keep(channel, live, result);
      },
      withoutExcepted: (result) => this.#withoutExcepted(result),
      forget: (channel) => this.#forget(channel),
      countOut: (channel) => this.#countOut(channel, this.#feedOf(channel)),
      join: (channel, result) => this.#join(channel, { hearsJoinLeave: this.#hearsFromServer(channel), result }),
    };
    return prepareEntering(this.#node, seats, { names, since, ...(restore !== undefined && { restore }) });
  }

  async #start(channel: string, how: How): Promise<void> {
    const { by } = how;
    const entry: Entry = { tag: 'entering', by };
    this.#subscriptions ??= new Map();
    this.#subscriptions.set(channel, entry);
    if (by === 'client') this.#asked += 1;
    try {
      await this.#enterWhenReady(channel, entry, how);
    } catch (error) {
      if (this.#subscriptions?.get(channel) === entry) this.#forget(channel);
      throw error;
    }
  }

  async #enterWhenReady(name: string, entry: Entry, how: How): Promise<void> {
    const grant = await how.allowed;
    const { permissions, work } = this.#node;
    if (!readsChannel(how.options, permissions.namespace(name).type)) return this.#enter(name, entry, how, grant);
    let bytes = 0;
    const tell: Tell = (result) => {
      bytes = bytesOfResult(result);
      how.tell(result);
    };
    await work.read(
      this.#session.asker,
      () => this.#enter(name, entry, { ...how, tell }, grant),
      () => bytes,
    );
  }

  async #enter(name: string, entry: Entry, { options, by, tell }: How, grant: Grant | undefined): Promise<void> {
    const live = liveOf(by, grant, this.#session.info.user);
    const { hub } = this.#node;
    const namespace = this.#node.permissions.namespace(name);
    const manner =
      by === 'client'
        ? mannerOf(namespace, options, live.override)
        : serverMannerOf(namespace, this.#session.protocol, live.override);
    const channel = hub.hold(name, namespace);
    try {
      // They stay in memory, as the channel is held.
      await this.#node.storedMaps.prepare(name, channel.namespace);
      do await channel.prepare(sinceOf(channel, options, manner));
      while (!channel.isReady);
      if (this.#subscriptions?.get(name) !== entry) throw new ClientError('permissionDenied');
      checkRoom(channel, grant);
      const wishes = feedOptionsOf(channel.namespace, options, this.#session.protocol);
      const read = by === 'client' ? this.#readPart(channel, options) : undefined;
      if (read !== undefined && read.cursor !== '') {
        this.#forget(name);
        return tell(partResult(channel, read, { since: options.page?.since, wishes }));
      }
      const result = this.#countIn(channel, live, { options, manner, wishes, read });
      tell(grant?.data === undefined ? result : { ...result, data: grant.data });
      this.#session.flush();
      this.#join(channel, { hearsJoinLeave: manner.hearsJoinLeave, result });
    } finally {
      hub.release(channel);
    }
  }

  /** Counts the client in; the caller must tell it the result and then `#join`, in this same turn. */
  #countIn(channel: HubChannel, live: Live, { options, manner, wishes, read }: Entrance): SubscribeResult {
    const { hub } = this.#node;
    const { protocol } = this.#session;
    const since = sinceOf(channel, options, manner);
    // The other half is for the entries.
    const recovery = since && { since, budget: this.#budget(read === undefined ? 1 : 1 / 2) };
    const { feed, entered } = enterAs(hub, channel, { protocol, wishes, recovery });
    try {
      const result = resultOf(channel, entered, { options, manner, wishes, read });
      if (channel.namespace.type === 'sharedPoll') return this.#keepPolled(channel, live, result);
      const kept = this.#keep(channel, withFeed(live, feed), this.#toTell(options, result));
      if (options.presence !== true) return kept;
      return { ...kept, presence: [...(channel.present?.clients ?? []), this.infoIn(channel.name)] };
    } catch (error) {
      this.#countOut(channel.name, feed);
      throw error;
    }
  }

  #keepPolled(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult {
    const { connection, protocol, principal } = this.#session;
    const polled = this.#node.polls.open(channel.name, channel.namespace);
    const tracker = { connection, protocol, user: userOf(principal) };
    const tracking = new Tracking(this.#node.polls, polled, { tracker, most: channel.namespace.pollKeys });
    return this.#keep(channel, { ...live, tracking }, { ...result, pollEpoch: polled.epoch });
  }

  #readPart(channel: HubChannel, options: SubscribeOptions): MapRead | undefined {
    const bytes = this.#node.limits.recoveryBytes / 2 - this.#session.backlog;
    return readPart(this.#node.maps, channel, options, { bytes, now: this.#node.clock.now() });
  }

  #countOut(channel: string, feed: Feed | undefined): void {
    if (feed === undefined) this.#node.hub.leave(channel, this.#session.protocol);
    else this.#node.hub.leaveFeed(channel, feed, this.#session);
  }

  /** `share`: the part of it that this answer may take. */
  #budget(share = 1): RecoveryBudget {
    const { protocol, backlog } = this.#session;
    return new RecoveryBudget(this.#node.limits.recoveryBytes * share, backlog, protocol.aroundPublication);
  }

  #keep(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult {
    this.#subscriptions ??= new Map();
    this.#subscriptions.set(channel.name, live);
    const ttl = this.#ttlOf(live);
    return ttl === undefined ? result : { ...result, ttl };
  }

  /** The newest publication is the channel's state, whoever caused it. */
  #toTell({ latest }: SubscribeOptions, result: SubscribeResult): SubscribeResult {
    return latest === true ? result : this.#withoutExcepted(result);
  }

  /** Offsets then have a hole, which is no loss: the client was not to be told. */
  #withoutExcepted(result: SubscribeResult): SubscribeResult {
    const { client } = this.#session;
    if (!result.publications.some(({ except }) => except === client)) return result;
    return { ...result, publications: result.publications.filter(({ except }) => except !== client) };
  }

  /** `result`: what the client was told. */
  #join(channel: HubChannel, { hearsJoinLeave, result }: { hearsJoinLeave: boolean; result: SubscribeResult }): void {
    const { connection, protocol } = this.#session;
    const feed = this.#feedOf(channel.name);
    if (feed !== undefined) feed.join(this.#session, result);
    else connection.join(topicOf(protocol, channel.name));
    if (hearsJoinLeave) connection.join(joinLeaveTopicOf(protocol, channel.name));
    if (protocol.clients !== 'poll') {
      const shown = shownOf(channel.namespace, this.#overrideOf(channel.name));
      const isTakenOver = this.#takenOver?.delete(channel.name) === true;
      this.#node.announceJoin(channel, this.infoIn(channel.name), shown, isTakenOver);
    }
    this.#node.counted(channel.name);
  }

  #hearsFromServer({ name, namespace }: HubChannel): boolean {
    return serverMannerOf(namespace, this.#session.protocol, this.#overrideOf(name)).hearsJoinLeave;
  }

  #overrideOf(channel: string): SubscribeOverride | undefined {
    const found = this.#subscriptions?.get(channel);
    return found?.tag === 'live' ? found.override : undefined;
  }

  #feedOf(channel: string): Feed | undefined {
    const found = this.#subscriptions?.get(channel);
    return found?.tag === 'live' ? found.feed : undefined;
  }

  /** How the client is shown in the channel. */
  infoIn(channel: string): ClientInfo {
    const found = this.#subscriptions?.get(channel);
    if (found?.tag !== 'live' || (found.info === undefined && found.user === undefined)) return this.#session.info;
    const { info: chanInfo, user } = found;
    return { ...this.#session.info, ...(user !== undefined && { user }), ...(chanInfo !== undefined && { chanInfo }) };
  }

  #ttlOf({ expiresAt, vouched }: Live): number | undefined {
    if (expiresAt === undefined) return undefined;
    const seconds = this.#secondsTo(expiresAt);
    // With nothing that the client could renew it by.
    return vouched === true ? undefined : seconds;
  }

  /** At least 1; something runs out then. */
  #secondsTo(end: number): number {
    this.#expires = true;
    return secondsLeft(end, this.#node.clock.now());
  }

  #forget(channel: string): void {
    if (this.#subscriptions?.get(channel)?.by === 'client') this.#asked -= 1;
    this.#subscriptions?.delete(channel);
  }

  /** `silently`: it stays, by another connection. */
  #leave(channel: string, silently = false): void {
    const info = this.infoIn(channel);
    const found = this.#subscriptions?.get(channel);
    const { feed, tracking, override } = found?.tag === 'live' ? found : {};
    tracking?.end();
    this.#forget(channel);
    const { connection, protocol } = this.#session;
    if (feed === undefined) connection.leave(topicOf(protocol, channel));
    const namespace = this.#node.permissions.namespace(channel);
    if (mayHearJoinLeave(namespace, override)) connection.leave(joinLeaveTopicOf(protocol, channel));
    if (protocol.clients !== 'poll' && !silently) {
      this.#node.announceLeave(channel, info, shownOf(namespace, override));
    }
    this.#countOut(channel, feed);
    this.#node.counted(channel);
  }
}
