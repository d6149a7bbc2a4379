import type { ClientInfo, Log, Position, Publication } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import { PresentClients } from '../channels/present-clients.ts';
import type { Histogram } from '../measures/histogram.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Push, SubscribeResult } from '../protocol/pushes.ts';
import { type Change, ChannelFanout, type FanoutSettings } from './channel-fanout.ts';
import { Conflation, type Reader } from './conflation.ts';
import type { Feed, FeedOptions } from './feed.ts';
import { Feeds } from './feeds.ts';
import { HubChannel, type Recovery } from './hub-channel.ts';
import { PositionChecks } from './position-checks.ts';

/** Minimum publications in the recovery tail of a channel, and how long an idle tail is kept. */
const TAIL_LENGTH = 1_000;
const TAIL_IDLE_MS = 30_000;
/** How long a channel is kept for polling clients, which are about to return. */
const POLLED_MS = 10_000;

export type HubSettings = FanoutSettings & {
  readonly recoveryLimit: number;
  readonly recoveryBytes: number;
  readonly logOf: (namespace: Namespace) => Log | undefined;
  /** A channel got its first client on this node, or lost its last one. */
  readonly onInterest: (channel: string, wanted: boolean) => void;
  /** A connection's buffer limit. */
  readonly backlogBytes: number;
};

/** The channels that clients of this node subscribe to, and counts of their subscribers. */
export class Hub {
  readonly #settings: HubSettings;
  readonly #channels = new Map<string, HubChannel>();
  readonly #fanout: ChannelFanout;
  readonly #positionChecks: PositionChecks;
  /** Publications kept for slow clients. */
  readonly conflation: Conflation;
  /** The last number given to a channel with feeds. */
  #numbered = 0;
  /** Current subscriptions on this node. */
  subscriptions = 0;
  constructor(settings: HubSettings) {
    this.#settings = settings;
    this.conflation = new Conflation({ ...settings, bound: settings.backlogBytes });
    this.#fanout = new ChannelFanout(settings);
    this.#positionChecks = new PositionChecks(this.#channels, settings.guard);
  }

  get size(): number {
    return this.#channels.size;
  }

  /** Publications passed to the runtime since the start, counted once per subscriber. */
  get deliveries(): number {
    return this.#fanout.deliveries;
  }

  /** Delay of each delivery, from acceptance (by the clock of the accepting node) to the runtime. */
  get deliveryDelay(): Histogram {
    return this.#fanout.deliveryDelay;
  }

  /**
   * Keeps a channel for a client that is about to subscribe. Call `release` after `enter`, or if it will not be called.
   */
  hold(name: string, namespace: Namespace): HubChannel {
    const channel = this.#channels.get(name) ?? this.#create(name, namespace);
    channel.holds += 1;
    return channel;
  }

  release(channel: HubChannel): void {
    channel.holds -= 1;
    this.#dropIfEmpty(channel);
  }

  /** Counts a subscriber in. The caller joins the topic in this same turn, after writing the result. */
  enter(channel: HubChannel, protocol: Protocol, recovery: Recovery | undefined): SubscribeResult {
    this.#fanout.flush(channel);
    channel.subscribers.set(protocol.name, (channel.subscribers.get(protocol.name) ?? 0) + 1);
    this.subscriptions += 1;
    return channel.enter(recovery);
  }

  /** Like `enter`, for a subscriber with per-subscriber delivery: `feed.join` follows, `leaveFeed` ends it. */
  enterFeed(channel: HubChannel, feed: Feed, recovery: Recovery | undefined): SubscribeResult {
    this.#fanout.flush(channel);
    this.subscriptions += 1;
    return feed.enter(channel.enter(recovery), channel.position.offset);
  }

  /** The feed shared by subscribers with the same options. Call `enterFeed` in the same turn. */
  feedOf(channel: HubChannel, protocol: Protocol, options: FeedOptions): Feed {
    if (channel.feeds === undefined) {
      this.#numbered += 1;
      channel.feeds = new Feeds(channel, this.#numbered, this.conflation);
    }
    return channel.feeds.of(protocol, options);
  }

  /** Takes a subscriber out of a feed. */
  leaveFeed(name: string, feed: Feed, reader: Reader): void {
    feed.leave(reader);
    this.subscriptions -= 1;
    const channel = this.#channels.get(name);
    if (channel?.feeds === undefined) return;
    channel.feeds.dropIfEmpty(feed);
    if (channel.feeds.empty) channel.feeds = undefined;
    this.#dropIfEmpty(channel);
  }

  /** Counts a subscriber out, after it has left the topic. */
  leave(name: string, protocol: Protocol): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    this.subscriptions -= 1;
    const left = (channel.subscribers.get(protocol.name) ?? 0) - 1;
    if (left > 0) channel.subscribers.set(protocol.name, left);
    else channel.subscribers.delete(protocol.name);
    if (protocol.clients === 'poll') channel.keptUntil = this.#settings.clock.now() + POLLED_MS;
    this.#dropIfEmpty(channel);
  }

  /** Every channel with subscribers on this node, or clients about to subscribe. */
  channels(): Iterable<HubChannel> {
    return this.#channels.values();
  }

  get(name: string): HubChannel | undefined {
    return this.#channels.get(name);
  }

  /** Publications of a channel from the bus. */
  receive(name: string, epoch: string, publications: readonly Publication[]): void {
    this.#channels.get(name)?.receive(epoch, publications);
  }

  /** Sends what would otherwise wait for the end of the turn. */
  flush(name: string): void {
    const channel = this.#channels.get(name);
    if (channel !== undefined) this.#fanout.flush(channel);
  }

  /** The log keeps nothing of the channel any more up to this position. */
  trimmed(name: string, to: Position): void {
    this.#channels.get(name)?.trimmed(to);
  }

  /** Sends a join or leave message to the subscribers who asked for them. */
  announce(name: string, change: Change): void {
    const channel = this.#channels.get(name);
    if (channel !== undefined) this.#fanout.announce(channel, change);
  }

  /** Sends something that is not a publication to all subscribers of the channel. */
  tell(name: string, push: Push): void {
    const channel = this.#channels.get(name);
    if (channel !== undefined) this.#fanout.tell(channel, push);
  }

  /** Adds a client to the presence. True if its user was not in the channel yet. */
  setPresent(channel: HubChannel, info: ClientInfo): boolean {
    channel.present ??= new PresentClients();
    return channel.present.add(info);
  }

  /** Removes a client from the presence. True if its user is not in the channel any more. */
  setAbsent(name: string, client: string): boolean {
    return this.#channels.get(name)?.present?.remove(client) ?? false;
  }

  /** To be called once a second. */
  sweep(now: number): void {
    const { guard } = this.#settings;
    this.conflation.sweep();
    guard.each('channels', this.#channels.values(), (channel) => {
      channel.sweep(now - TAIL_IDLE_MS);
      if (channel.keptUntil <= now) this.#dropIfEmpty(channel);
    });
    this.#positionChecks.step();
  }

  #create(name: string, namespace: Namespace): HubChannel {
    const { clock, logOf, recoveryLimit, recoveryBytes, onReset, onInterest } = this.#settings;
    const channel = new HubChannel(name, {
      namespace,
      log: logOf(namespace),
      recoveryLimit,
      tailBounds: { length: tailLength(namespace, recoveryLimit), bytes: recoveryBytes },
      now: clock.now,
      emit: this.#fanout.emit,
      reset: ({ name: reset }) => onReset(reset),
    });
    this.#channels.set(name, channel);
    onInterest(name, true);
    return channel;
  }

  #dropIfEmpty(channel: HubChannel): void {
    if (!channel.empty || channel.keptUntil > this.#settings.clock.now()) return;
    this.#channels.delete(channel.name);
    this.#fanout.forget(channel);
    this.#settings.onInterest(channel.name, false);
  }
}

/** Length of a recovery tail: room for the largest recovery, but no more than the channel keeps. */
function tailLength({ historySize }: Namespace, recoveryLimit: number): number {
  const most = Math.max(TAIL_LENGTH, recoveryLimit);
  return historySize > 0 ? Math.min(historySize, most) : most;
}
