import type { ClientInfo, Publication } from '../../ports/log.ts';
import { refreshedBy } from '../access/old-tokens.ts';
import type { Grant } from '../access/tokens.ts';
import { GRACE_MS, isOutage } from '../backend/application.ts';
import type { ServerSubscription } from '../bus/node-messages.ts';
import { feedOptionsOf } from '../delivery/feed.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { DisconnectError, UNSUBSCRIBES, type UnsubscribeName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import { bytesOfResult, readsChannel } from '../limits/work-bytes.ts';
import { partResult, readPart } from '../maps/map-parts.ts';
import type { MapRead } from '../maps/maps.ts';
import { beginQuestion, ending } from '../measures/tracing.ts';
import type { Command, SubscribeOptions } from '../protocol/commands.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import { ChannelEntry } from './channel-entry.ts';
import { type ConnectingClient, type Entering, type Positions, prepareEntering } from './connect-entry.ts';
import { deliveryOptionsOf, serverDeliveryOptionsOf } from './delivery-options.ts';
import type { Subscriber, SubscriptionHost } from './subscriber.ts';
import {
  checkRoom,
  type Entry,
  type Live,
  liveOf,
  type SubscribedBy,
  sinceOf,
  trackingIn,
  withFeed,
} from './subscription.ts';
import { SubscriptionTable } from './subscription-table.ts';

type ResultCallback = (result: SubscribeResult) => void;
type SubscribeContext = {
  readonly allowed: Promise<Grant | undefined>;
  readonly options: SubscribeOptions;
  readonly by: SubscribedBy;
  readonly tell: ResultCallback;
};

/** One client's subscriptions. Commands for one channel must come one after another (`ChannelTurns`). */
export class Subscriptions {
  readonly #node: SubscriptionHost;
  readonly #session: Subscriber;
  readonly #table: SubscriptionTable;
  readonly #entry: ChannelEntry;
  /** Channels revoked while the connection was still being set up. */
  #revoked: Set<string> | undefined;

  constructor(node: SubscriptionHost, session: Subscriber) {
    this.#node = node;
    this.#session = session;
    this.#table = new SubscriptionTable(node, session);
    this.#entry = new ChannelEntry(node, session, this.#table);
  }

  /** Their number, including starting ones. */
  get size(): number {
    return this.#table.size;
  }

  /** Their channels. */
  get channels(): Iterable<string> {
    return this.#table.channels;
  }

  /** The number of client-side subscriptions. */
  get asked(): number {
    return this.#table.asked;
  }

  has(channel: string): boolean {
    return this.#table.live(channel) !== undefined;
  }

  /** Whether it has plain delivery in the channel. */
  isPlain(channel: string): boolean {
    return this.has(channel) && this.#table.feedOf(channel) === undefined;
  }

  /** How the client is shown in the channel. */
  infoIn(channel: string): ClientInfo {
    return this.#table.infoIn(channel);
  }

  /**
   * Handles a client's subscribe, after the permission check. `tell` is called with the result in the turn in which the
   * client enters, so that nothing comes between the reply and the first live publication.
   */
  async add(channel: string, options: SubscribeOptions, tell: ResultCallback): Promise<void> {
    const node = this.#node;
    if (this.#table.get(channel) !== undefined) throw new ClientError('alreadySubscribed');
    if (this.#table.asked >= node.limits.channels) {
      node.refused('channels');
      throw new ClientError('limitExceeded', {
        message: `at most ${node.limits.channels} subscriptions per connection`,
      });
    }
    if (node.channelsLeft(this.#session.principal) < 1) {
      node.refused('userChannels');
      throw new ClientError('limitExceeded', { message: 'this user has no more subscriptions left' });
    }
    const allowed = node.admission.admit(this.#session, channel, options);
    await this.#start(channel, { allowed, options, by: 'client', tell });
  }

  /** Subscribes the client from the server's side, and tells it by a push. Does nothing if it is subscribed already. */
  async addFromServer(channel: string, given?: ServerSubscription): Promise<void> {
    if (this.#table.get(channel) !== undefined) return;
    const tell: ResultCallback = ({ data, ...result }) => {
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
   * Renews a subscription with a new token; returns the seconds until its expiry, if any. An expired token closes the
   * connection (`refreshedBy`).
   */
  async renew(channel: string, token: string): Promise<number | undefined> {
    if (!this.has(channel)) throw new ClientError('permissionDenied');
    const granted = this.#node.admission.grant(this.#session, channel, token);
    const grant = await refreshedBy(granted, this.#session.protocol, 'subscriptionExpired');
    const found = this.#table.live(channel);
    if (found === undefined) throw new ClientError('permissionDenied');
    // The first token's visibility and options stay.
    const { override: _, ...renewed } = grant;
    const options = { ...renewed, ...(found.override !== undefined && { override: found.override }) };
    const live = { ...withFeed(liveOf(found.by, options, this.#session.info.user), found.feed), ...trackingIn(found) };
    this.#table.set(channel, live);
    return this.#table.ttlOf(live);
  }

  /** Makes a shared poll subscription track items. Rejects like `Tracking.change`. */
  async track(
    command: Extract<Command, { kind: 'track' }>,
  ): Promise<{ items: readonly Publication[]; ttl: number | undefined }> {
    const { tracking } = this.#table.live(command.channel) ?? {};
    if (tracking === undefined) throw new ClientError('permissionDenied');
    const { items, expiresAt } = await tracking.change(command, this.#node.clock.now());
    return { items, ttl: expiresAt === undefined ? undefined : this.#table.secondsTo(expiresAt) };
  }

  /** Ends the subscriptions whose token has run out, and the tracking whose signature has. */
  expire(now: number): void {
    if (!this.#table.expires) return;
    for (const [channel, live] of this.#table.everyLive()) {
      live.tracking?.expire(now);
      if ((live.expiresAt ?? now + 1) <= now) this.#end(channel, live);
    }
  }

  /** It expired: ends it, unless the developer's backend renews it. */
  #end(channel: string, live: Live): void {
    if (live.vouched !== true) return this.revoke(channel, 'expired');
    const { expiresAt: _, ...endless } = live;
    // Not asked again while a request is pending.
    this.#table.set(channel, endless);
    const span = beginQuestion(this.#node.traces, 'sub_refresh', { asker: this.#session, channel });
    ending(span, () => this.#node.admission.renewIn(this.#session, channel, span)).then(
      (renewal) => {
        if (this.#table.get(channel) !== endless) return;
        this.#table.set(channel, { ...endless, ...renewal });
      },
      (error) => {
        if (this.#table.get(channel) !== endless) return;
        if (error instanceof DisconnectError || !isOutage(error)) return this.revoke(channel, 'expired');
        this.#node.report(error, 'subscription.refresh_failed');
        this.#table.set(channel, { ...endless, expiresAt: this.#node.clock.now() + GRACE_MS });
      },
    );
  }

  /** Handles a client's unsubscribe, after earlier publications. */
  remove(channel: string): void {
    if (!this.has(channel)) return;
    this.#node.hub.flush(channel);
    this.#table.leave(channel);
  }

  /** Unsubscribes the client from the server's side, at once, in any state. */
  revoke(channel: string, reason: UnsubscribeName): void {
    const found = this.#table.get(channel);
    if (!this.#session.isConnected && UNSUBSCRIBES[reason].code < 2500) {
      this.#revoked ??= new Set();
      this.#revoked.add(channel);
    }
    if (found === undefined) return;
    if (found.tag === 'entering') this.#table.forget(channel);
    else {
      this.#table.leave(channel);
      // A client that cannot be told would believe that it is subscribed; when it reconnects, it subscribes again.
      if (!this.#session.push({ kind: 'unsubscribe', channel, reason })) this.#session.close('insufficientState');
    }
  }

  /** A new epoch began: clients whose position the server keeps must reconnect, others resubscribe. */
  reset(channel: string): void {
    const found = this.#table.live(channel);
    if (found === undefined) return;
    if (found.by === 'server') this.#session.close('insufficientState');
    else this.revoke(channel, 'insufficientState');
  }

  /** The client's joins of these must not be announced: it was there until now, on another connection. */
  takeOver(channels: ReadonlySet<string>): void {
    this.#table.takeOver(channels);
  }

  /**
   * Leaves everything as the client's other connection replaces it. Returns those of `channels` without an announced
   * leave.
   */
  handOver(channels: ReadonlySet<string>): ReadonlySet<string> {
    const isTaken = (channel: string) =>
      channels.has(channel) && this.has(channel) && this.infoIn(channel).user === this.#session.info.user;
    const taken = new Set([...this.channels].filter(isTaken));
    for (const channel of taken) this.#table.leave(channel, true);
    this.clear();
    return taken;
  }

  /** The connection is closed: leaves everything. */
  clear(): void {
    this.#table.clear();
  }

  /** Prepares a connecting client; see `prepareEntering`. */
  prepareAll(
    names: ReadonlyMap<string, ServerSubscription | undefined>,
    since: Positions,
    restore?: Positions,
  ): Promise<Entering> {
    const client: ConnectingClient = {
      ...{ session: this.#session, table: this.#table, entry: this.#entry },
      isRevoked: (channel) => this.#revoked?.has(channel) === true,
      settled: () => {
        this.#revoked = undefined;
      },
    };
    return prepareEntering(this.#node, client, { names, since, ...(restore !== undefined && { restore }) });
  }

  async #start(channel: string, how: SubscribeContext): Promise<void> {
    const entry = this.#table.begin(channel, how.by);
    try {
      await this.#enterWhenReady(channel, entry, how);
    } catch (error) {
      if (this.#table.get(channel) === entry) this.#table.forget(channel);
      throw error;
    }
  }

  async #enterWhenReady(name: string, entry: Entry, how: SubscribeContext): Promise<void> {
    const grant = await how.allowed;
    const { permissions, work } = this.#node;
    if (!readsChannel(how.options, permissions.namespace(name).type)) return this.#enter(name, entry, how, grant);
    let bytes = 0;
    const tell: ResultCallback = (result) => {
      bytes = bytesOfResult(result);
      how.tell(result);
    };
    await work.read(
      this.#session.asker,
      () => this.#enter(name, entry, { ...how, tell }, grant),
      () => bytes,
    );
  }

  async #enter(
    name: string,
    entry: Entry,
    { options, by, tell }: SubscribeContext,
    grant: Grant | undefined,
  ): Promise<void> {
    const live = liveOf(by, grant, this.#session.info.user);
    const { hub } = this.#node;
    const namespace = this.#node.permissions.namespace(name);
    const delivery =
      by === 'client'
        ? deliveryOptionsOf(namespace, options, live.override)
        : serverDeliveryOptionsOf(namespace, this.#session.protocol, live.override);
    const channel = hub.hold(name, namespace);
    try {
      // They stay in memory, as the channel is kept.
      await this.#node.storedMaps.prepare(name, channel.namespace);
      do await channel.prepare(sinceOf(channel, options, delivery));
      while (!channel.isReady);
      if (this.#table.get(name) !== entry) throw new ClientError('permissionDenied');
      checkRoom(channel, grant);
      const feedOptions = feedOptionsOf(channel.namespace, options, this.#session.protocol);
      const read = by === 'client' ? this.#readPart(channel, options) : undefined;
      if (read !== undefined && read.cursor !== '') {
        this.#table.forget(name);
        return tell(partResult(channel, read, { since: options.page?.since, feedOptions }));
      }
      // The other half is for the entries.
      const budget = this.#entry.budget(read === undefined ? 1 : 1 / 2);
      const result = this.#entry.countIn(channel, live, { options, delivery, feedOptions, read, budget });
      tell(grant?.data === undefined ? result : { ...result, data: grant.data });
      this.#session.flush();
      this.#table.join(channel, { receivesJoinLeave: delivery.receivesJoinLeave, result });
    } finally {
      hub.release(channel);
    }
  }

  #readPart(channel: HubChannel, options: SubscribeOptions): MapRead | undefined {
    const bytes = this.#node.limits.recoveryBytes / 2 - this.#session.backlog;
    return readPart(this.#node.maps, channel, options, { bytes, now: this.#node.clock.now() });
  }
}
