import type { Clock } from '../ports/clock.ts';
import type { ClientInfo, Log, Publication } from '../ports/log.ts';
import { Burst, joined } from './burst.ts';
import type { Connection, Fanout } from './connection.ts';
import type { Feed, FeedOptions } from './feed.ts';
import { Feeds } from './feeds.ts';
import { HubChannel, type Recovery } from './hub-channel.ts';
import type { Namespace } from './namespace.ts';
import type { Protocol } from './protocol.ts';
import type { Push, SubscribeResult } from './pushes.ts';

/** The newest of a channel, kept while clients come back. */
const TAIL_LENGTH = 1_000;
const TAIL_IDLE_MS = 30_000;
/** Sweeps within which every channel's position is compared with the log, as long as one may compare so many. */
const CHECK_ROUNDS = 40;
const CHECKS = 200;

export type HubSettings = {
  readonly fanout: Fanout;
  readonly protocols: readonly Protocol[];
  readonly clock: Clock;
  readonly recoveryLimit: number;
  readonly recoveryBytes: number;
  readonly logOf: (namespace: Namespace) => Log | undefined;
  /** The first client came to a channel on this node, or the last one went. */
  readonly onInterest: (channel: string, wanted: boolean) => void;
  /** All subscribers of the channel must start anew. */
  readonly onReset: (channel: string) => void;
};

/** The topic that carries a channel's frames to the clients of one protocol. */
export function topicOf(protocol: Protocol, channel: string): string {
  return `${protocol.name}/${channel}`;
}

/** The topic for those of them that want to hear who comes and goes. */
export function joinLeaveTopicOf(protocol: Protocol, channel: string): string {
  return `${protocol.name}/${channel}\n`;
}

/** Who on this node listens to what; encodes once per protocol and hands frames to the native fan-out. */
export class Hub {
  readonly #settings: HubSettings;
  readonly #channels = new Map<string, HubChannel>();
  readonly #unflushed = new Set<HubChannel>();
  #toCheck = this.#channels.values();
  /** The last number that a channel was given. */
  #numbered = 0;

  constructor(settings: HubSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#channels.size;
  }

  /** A channel on the way to a client; give it back with `release` once `enter` was called or never will be. */
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
    this.#flushChannel(channel);
    channel.subscribers.set(protocol.name, (channel.subscribers.get(protocol.name) ?? 0) + 1);
    return channel.enter(recovery);
  }

  /** As `enter`, for one who takes publications in a way of its own: `feed.join` follows, `leaveFeed` ends it. */
  enterFeed(channel: HubChannel, feed: Feed, recovery: Recovery | undefined): SubscribeResult {
    this.#flushChannel(channel);
    return feed.enter(channel.enter(recovery), channel.position.offset);
  }

  /** The feed of the channel for those who ask for the same. To be entered in this same turn. */
  feedOf(channel: HubChannel, protocol: Protocol, options: FeedOptions): Feed {
    if (channel.feeds === undefined) {
      this.#numbered += 1;
      channel.feeds = new Feeds(channel.name, this.#numbered);
    }
    return channel.feeds.of(protocol, options);
  }

  /** Takes a subscriber out of a feed. */
  leaveFeed(name: string, feed: Feed, connection: Connection): void {
    feed.leave(connection);
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
    const left = (channel.subscribers.get(protocol.name) ?? 0) - 1;
    if (left > 0) channel.subscribers.set(protocol.name, left);
    else channel.subscribers.delete(protocol.name);
    this.#dropIfEmpty(channel);
  }

  /** Every channel that somebody on this node listens to, or is about to. */
  channels(): Iterable<HubChannel> {
    return this.#channels.values();
  }

  get(name: string): HubChannel | undefined {
    return this.#channels.get(name);
  }

  /** Publications of a channel as they come from the bus. */
  receive(name: string, epoch: string, publications: readonly Publication[]): void {
    this.#channels.get(name)?.receive(epoch, publications);
  }

  /** Tells those subscribers who want to hear it that somebody came or went. */
  announce(name: string, push: Extract<Push, { kind: 'join' | 'leave' }>): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    this.#flushChannel(channel);
    for (const protocol of this.#settings.protocols) {
      if (!channel.hears(protocol)) continue;
      this.#settings.fanout.publish(joinLeaveTopicOf(protocol, name), protocol.encodePush(push));
    }
  }

  setPresent(channel: HubChannel, info: ClientInfo): void {
    channel.presence ??= new Map();
    channel.presence.set(info.client, info);
  }

  setAbsent(name: string, client: string): ClientInfo | undefined {
    const presence = this.#channels.get(name)?.presence;
    const info = presence?.get(client);
    presence?.delete(client);
    return info;
  }

  /** To be called once a second. */
  sweep(now: number): void {
    for (const channel of this.#channels.values()) channel.sweep(now - TAIL_IDLE_MS);
    this.#checkPositions();
  }

  /** A part of the channels each time, so that the log is not asked for all of them at once. */
  #checkPositions(): void {
    let left = Math.min(CHECKS, Math.ceil(this.#channels.size / CHECK_ROUNDS));
    for (; left > 0; left -= 1) {
      const { value, done } = this.#toCheck.next();
      if (done === true) this.#toCheck = this.#channels.values();
      else value.checkPosition();
    }
  }

  #create(name: string, namespace: Namespace): HubChannel {
    const { clock, logOf, recoveryLimit, recoveryBytes, onReset, onInterest } = this.#settings;
    const channel = new HubChannel(name, {
      namespace,
      log: logOf(namespace),
      recoveryLimit,
      // What a recovery may give must fit in.
      tailBounds: { length: Math.max(TAIL_LENGTH, recoveryLimit), bytes: recoveryBytes },
      now: clock.now,
      emit: this.#emit,
      reset: ({ name: reset }) => onReset(reset),
    });
    this.#channels.set(name, channel);
    onInterest(name, true);
    return channel;
  }

  #dropIfEmpty(channel: HubChannel): void {
    if (!channel.empty) return;
    this.#channels.delete(channel.name);
    this.#unflushed.delete(channel);
    this.#settings.onInterest(channel.name, false);
  }

  /** Publications of one turn of the event loop leave together at its end. */
  readonly #emit = (channel: HubChannel, publications: readonly Publication[]): void => {
    if (this.#unflushed.size === 0) this.#settings.clock.soon(this.#flush);
    this.#unflushed.add(channel);
    for (const publication of publications) channel.pending.push(publication);
  };

  readonly #flush = (): void => {
    for (const channel of this.#unflushed) this.#send(channel);
    this.#unflushed.clear();
  };

  #flushChannel(channel: HubChannel): void {
    if (channel.pending.length > 0) this.#send(channel);
  }

  #send(channel: HubChannel): void {
    const publications = channel.pending;
    channel.pending = [];
    if (channel.feeds === undefined) {
      for (const protocol of this.#protocolsOf(channel)) this.#sendAs(protocol, channel.name, publications);
      return;
    }
    const burst = new Burst();
    for (const protocol of this.#protocolsOf(channel)) this.#sendAs(protocol, channel.name, publications, burst);
    channel.feeds.send(publications, this.#settings.fanout, burst);
  }

  /** Without a `burst` nothing is encoded for others, too. */
  #sendAs(protocol: Protocol, name: string, publications: readonly Publication[], burst?: Burst): void {
    const { fanout } = this.#settings;
    const topic = topicOf(protocol, name);
    const encoded = publications.map((publication) =>
      burst === undefined
        ? protocol.encodePush({ kind: 'publication', channel: name, publication })
        : burst.encode(protocol, { kind: 'publication', channel: name, publication }),
    );
    for (const frame of joined(protocol, encoded)) fanout.publish(topic, frame);
  }

  *#protocolsOf(channel: HubChannel): Iterable<Protocol> {
    for (const protocol of this.#settings.protocols) if (channel.subscribers.has(protocol.name)) yield protocol;
  }
}
