import type { ClientInfo } from '../../ports/log.ts';
import { secondsLeft } from '../access/seconds-left.ts';
import type { Feed } from '../delivery/feed.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { joinLeaveTopicOf, topicOf } from '../delivery/topics.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import { mayReceiveJoinLeave, serverDeliveryOptionsOf, visibilityOf } from './delivery-options.ts';
import type { Subscriber, SubscriptionHost } from './subscriber.ts';
import type { Entry, Live, SubscribedBy, Subscription } from './subscription.ts';

/** One client's subscriptions, including starting ones, and the side effects of entering and leaving a channel. */
export class SubscriptionTable {
  readonly #node: SubscriptionHost;
  readonly #session: Subscriber;
  /** Created with the first subscription: most idle connections of a plain engine have none. */
  #subscriptions: Map<string, Subscription> | undefined;
  /** Channels in which it replaces its earlier connection. */
  #takenOver: Set<string> | undefined;
  /** The number of client-side subscriptions: only those are limited. */
  #asked = 0;
  /** Whether one of them may expire: most never do. */
  #expires = false;

  constructor(node: SubscriptionHost, session: Subscriber) {
    this.#node = node;
    this.#session = session;
  }

  get size(): number {
    return this.#subscriptions?.size ?? 0;
  }

  get channels(): Iterable<string> {
    return this.#subscriptions?.keys() ?? [];
  }

  get asked(): number {
    return this.#asked;
  }

  get expires(): boolean {
    return this.#expires;
  }

  get(channel: string): Subscription | undefined {
    return this.#subscriptions?.get(channel);
  }

  /** The subscription, once the client is in the channel. */
  live(channel: string): Live | undefined {
    const found = this.#subscriptions?.get(channel);
    return found?.tag === 'live' ? found : undefined;
  }

  /** Current subscriptions. The table may be changed during the iteration. */
  *everyLive(): Iterable<readonly [channel: string, live: Live]> {
    if (this.#subscriptions === undefined) return;
    for (const [channel, found] of [...this.#subscriptions]) if (found.tag === 'live') yield [channel, found];
  }

  /** The client starts to subscribe: `forget` cancels it. */
  begin(channel: string, by: SubscribedBy): Entry {
    const entry: Entry = { tag: 'entering', by };
    this.set(channel, entry);
    if (by === 'client') this.#asked += 1;
    return entry;
  }

  set(channel: string, subscription: Subscription): void {
    this.#subscriptions ??= new Map();
    this.#subscriptions.set(channel, subscription);
  }

  /** The client was counted in. Returns the result with the seconds until the subscription expires. */
  keep(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult {
    this.set(channel.name, live);
    const ttl = this.ttlOf(live);
    return ttl === undefined ? result : { ...result, ttl };
  }

  /** Like `keep`, for a subscription without `begin`, since it came with the connection. */
  keepRestored(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult {
    if (live.by === 'client') this.#asked += 1;
    return this.keep(channel, live, result);
  }

  forget(channel: string): void {
    if (this.#subscriptions?.get(channel)?.by === 'client') this.#asked -= 1;
    this.#subscriptions?.delete(channel);
  }

  clear(): void {
    for (const [channel] of this.everyLive()) this.leave(channel);
    this.#subscriptions = undefined;
  }

  /** The client was in these until now, on another connection: joins are not announced. */
  takeOver(channels: ReadonlySet<string>): void {
    this.#takenOver = new Set(channels);
  }

  /** Starts live delivery, and announces the client. `result`: the client's result. */
  join(
    channel: HubChannel,
    { receivesJoinLeave: hearsJoinLeave, result }: { receivesJoinLeave: boolean; result: SubscribeResult },
  ): void {
    const { connection, protocol } = this.#session;
    const feed = this.feedOf(channel.name);
    if (feed !== undefined) feed.join(this.#session, result);
    else connection.join(topicOf(protocol, channel.name));
    if (hearsJoinLeave) connection.join(joinLeaveTopicOf(protocol, channel.name));
    if (protocol.clients !== 'poll') {
      const shown = visibilityOf(channel.namespace, this.live(channel.name)?.override);
      const isTakenOver = this.#takenOver?.delete(channel.name) === true;
      this.#node.announceJoin(channel, this.infoIn(channel.name), shown, isTakenOver);
    }
    this.#node.counted(channel.name);
  }

  /** Like `join`, for a server-side subscription. */
  joinFromServer(channel: HubChannel, result: SubscribeResult): void {
    const { protocol } = this.#session;
    const { receivesJoinLeave: hearsJoinLeave } = serverDeliveryOptionsOf(
      channel.namespace,
      protocol,
      this.live(channel.name)?.override,
    );
    this.join(channel, { receivesJoinLeave: hearsJoinLeave, result });
  }

  /** Ends a subscription that was joined. `silently`: the client stays in the channel, on another connection. */
  leave(channel: string, silently = false): void {
    const info = this.infoIn(channel);
    const { feed, tracking, override } = this.live(channel) ?? {};
    tracking?.end();
    this.forget(channel);
    const { connection, protocol } = this.#session;
    if (feed === undefined) connection.leave(topicOf(protocol, channel));
    const namespace = this.#node.permissions.namespace(channel);
    if (mayReceiveJoinLeave(namespace, override)) connection.leave(joinLeaveTopicOf(protocol, channel));
    if (protocol.clients !== 'poll' && !silently) {
      this.#node.announceLeave(channel, info, visibilityOf(namespace, override));
    }
    this.countOut(channel, feed);
    this.#node.counted(channel);
  }

  /** Counts the client out of a channel again. */
  countOut(channel: string, feed: Feed | undefined): void {
    if (feed === undefined) this.#node.hub.leave(channel, this.#session.protocol);
    else this.#node.hub.leaveFeed(channel, feed, this.#session);
  }

  feedOf(channel: string): Feed | undefined {
    return this.live(channel)?.feed;
  }

  /** How the client is shown in the channel. */
  infoIn(channel: string): ClientInfo {
    const found = this.live(channel);
    if (found === undefined || (found.info === undefined && found.user === undefined)) return this.#session.info;
    const { info: chanInfo, user } = found;
    return { ...this.#session.info, ...(user !== undefined && { user }), ...(chanInfo !== undefined && { chanInfo }) };
  }

  /** Seconds until the client has to renew the subscription, at least 1; undefined without expiry. */
  ttlOf({ expiresAt, vouched }: Live): number | undefined {
    if (expiresAt === undefined) return undefined;
    const seconds = this.secondsTo(expiresAt);
    // The developer's backend renews it; the client cannot.
    return vouched === true ? undefined : seconds;
  }

  /** Seconds, at least 1, until an expiry. */
  secondsTo(end: number): number {
    this.#expires = true;
    return secondsLeft(end, this.#node.clock.now());
  }
}
