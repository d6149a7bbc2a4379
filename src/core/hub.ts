import type { Clock } from '../ports/clock.ts';
import type { ClientInfo, Log, Position, Publication } from '../ports/log.ts';
import type { Traces } from '../ports/traces.ts';
import { Burst, joined, type PublicationPush } from './burst.ts';
import { Conflation, type Reader } from './conflation.ts';
import type { Connection, Fanout } from './connection.ts';
import type { Feed, FeedOptions } from './feed.ts';
import { Feeds } from './feeds.ts';
import type { Guard } from './guard.ts';
import { Histogram } from './histogram.ts';
import { HubChannel, type Recovery } from './hub-channel.ts';
import type { Namespace } from './namespace.ts';
import { Present } from './present.ts';
import { type Frame, listOf, type Protocol } from './protocol.ts';
import type { Push, SubscribeResult } from './pushes.ts';
import { beginDelivery } from './tracing.ts';

/** The newest of a channel, kept while clients come back. */
const TAIL_LENGTH = 1_000;
const TAIL_IDLE_MS = 30_000;
/** Sweeps within which every channel's position is compared with the log, as long as one may compare so many. */
const CHECK_ROUNDS = 40;
const CHECKS = 200;
/** How long a channel is kept for clients that polled it: they are about to come again. */
const POLLED_MS = 10_000;

export type HubSettings = {
  readonly fanout: Fanout;
  readonly protocols: readonly Protocol[];
  readonly clock: Clock;
  readonly guard: Guard;
  /** Absent where nothing is traced. */
  readonly traces?: Traces | undefined;
  readonly recoveryLimit: number;
  readonly recoveryBytes: number;
  readonly logOf: (namespace: Namespace) => Log | undefined;
  /** The first client came to a channel on this node, or the last one went. */
  readonly onInterest: (channel: string, wanted: boolean) => void;
  /** All subscribers of the channel must start anew. */
  readonly onReset: (channel: string) => void;
  /** What may wait for one connection. */
  readonly backlogBytes: number;
  /** The client's session, if it is here and can be told apart. */
  readonly sessionOf?: (client: string) => Excepted | undefined;
};

/** A client that came into a channel, or left it. */
export type Change = Omit<Extract<Push, { kind: 'join' | 'leave' }>, 'channel' | 'present'>;

/** A client that is not told of something. */
type Excepted = {
  readonly connection: Connection;
  readonly protocol: Protocol;
  readonly subscriptions: { has(channel: string): boolean; isPlain(channel: string): boolean };
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
  readonly #protocols: ReadonlyMap<string, Protocol>;
  readonly #channels = new Map<string, HubChannel>();
  #unflushed = new Set<HubChannel>();
  /** What is kept for clients that are behind. */
  readonly conflation: Conflation;
  /** Channels whose position is still to be compared in this round. */
  #toCheck: Iterator<HubChannel> = [].values();
  #allChecked = true;
  /** Sweeps since the round began. */
  #round = 0;
  /** The last number that a channel was given. */
  #numbered = 0;
  /** Subscriptions that there are now. */
  subscriptions = 0;
  /** Publications handed to the runtime, one for each subscriber, since the start. */
  deliveries = 0;
  /** From being accepted, by the clock of the node that did, to being handed on: of each delivery. */
  readonly deliveryDelay = new Histogram();

  constructor(settings: HubSettings) {
    this.#settings = settings;
    this.conflation = new Conflation({ ...settings, bound: settings.backlogBytes });
    this.#protocols = new Map(settings.protocols.map((protocol) => [protocol.name, protocol]));
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
    this.subscriptions += 1;
    return channel.enter(recovery);
  }

  /** As `enter`, for one who takes publications in a way of its own: `feed.join` follows, `leaveFeed` ends it. */
  enterFeed(channel: HubChannel, feed: Feed, recovery: Recovery | undefined): SubscribeResult {
    this.#flushChannel(channel);
    this.subscriptions += 1;
    return feed.enter(channel.enter(recovery), channel.position.offset);
  }

  /** The feed of the channel for those who ask for the same. To be entered in this same turn. */
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

  /** Hands on what would otherwise wait for the end of the turn. */
  flush(name: string): void {
    const channel = this.#channels.get(name);
    if (channel !== undefined) this.#flushChannel(channel);
  }

  /** Nothing of the channel is kept any more up to this position. */
  trimmed(name: string, to: Position): void {
    this.#channels.get(name)?.trimmed(to);
  }

  /** Tells those subscribers who want to hear it that somebody came or went. */
  announce(name: string, change: Change): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    this.#flushChannel(channel);
    const push = { ...change, channel: name, present: channel.present?.size };
    for (const protocol of this.#settings.protocols) {
      if (!channel.hears(protocol)) continue;
      const except = protocol.tellsOthersOnly === true ? this.#sessionOf(push.info.client, protocol) : undefined;
      const left = except?.subscriptions.has(name) === true ? except.connection : undefined;
      this.#publish(joinLeaveTopicOf(protocol, name), listOf(protocol.encodePush(push)), left);
    }
  }

  /** Tells the channel's subscribers something that is no publication. */
  tell(name: string, push: Push): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    this.#flushChannel(channel);
    for (const protocol of this.#protocolsOf(channel)) {
      for (const frame of listOf(protocol.encodePush(push))) {
        this.#settings.fanout.publish(topicOf(protocol, name), frame);
      }
    }
    channel.feeds?.tell(push, this.#settings.fanout);
  }

  /** True when the user was not in the channel yet. */
  setPresent(channel: HubChannel, info: ClientInfo): boolean {
    channel.present ??= new Present();
    return channel.present.add(info);
  }

  /** True when the user is not in the channel any more. */
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
    this.#checkPositions();
  }

  /** A part of the channels each time, so that the log is not asked for all of them at once. */
  #checkPositions(): void {
    this.#round += 1;
    if (this.#round >= CHECK_ROUNDS && this.#allChecked) {
      this.#round = 0;
      this.#toCheck = this.#channels.values();
      this.#allChecked = false;
    }
    for (let left = Math.min(CHECKS, Math.ceil(this.#channels.size / CHECK_ROUNDS)); left > 0; left -= 1) {
      const { value } = this.#toCheck.next();
      this.#allChecked = value === undefined;
      value?.checkPosition().catch((error: unknown) => this.#settings.guard.failed('positions', error));
    }
  }

  #create(name: string, namespace: Namespace): HubChannel {
    const { clock, logOf, recoveryLimit, recoveryBytes, onReset, onInterest } = this.#settings;
    const channel = new HubChannel(name, {
      namespace,
      log: logOf(namespace),
      recoveryLimit,
      tailBounds: { length: tailLength(namespace, recoveryLimit), bytes: recoveryBytes },
      now: clock.now,
      emit: this.#emit,
      reset: ({ name: reset }) => onReset(reset),
    });
    this.#channels.set(name, channel);
    onInterest(name, true);
    return channel;
  }

  #dropIfEmpty(channel: HubChannel): void {
    if (!channel.empty || channel.keptUntil > this.#settings.clock.now()) return;
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
    const channels = this.#unflushed;
    // First: were it still filled after an exception, no later publication would be flushed.
    this.#unflushed = new Set();
    for (const channel of channels) this.#flushChannel(channel);
  };

  #flushChannel(channel: HubChannel): void {
    if (channel.pending.length === 0) return;
    try {
      this.#send(channel);
    } catch (error) {
      // Some subscribers may lack publications now: they subscribe again, and recover.
      this.#settings.guard.failed('delivery', error, { channel: channel.name });
      this.#settings.guard.run('delivery', () => this.#settings.onReset(channel.name));
    }
  }

  #send(channel: HubChannel): void {
    const publications = channel.pending;
    channel.pending = [];
    const { traces } = this.#settings;
    const span = traces && beginDelivery(traces, channel.name, publications);
    const burst = channel.feeds && new Burst();
    for (const protocol of this.#protocolsOf(channel)) this.#sendAs(protocol, channel, publications, burst);
    if (burst !== undefined) {
      const connectionOf = (client: string) => this.#settings.sessionOf?.(client)?.connection;
      channel.feeds?.send(publications, { fanout: this.#settings.fanout, burst, connectionOf });
    }
    this.#measure(channel, publications);
    span?.set({ 'banyan.subscribers': channel.subscriberCount });
    span?.end();
  }

  /** Once a burst and channel, however many listen. */
  #measure({ subscriberCount: listening }: HubChannel, publications: readonly Publication[]): void {
    if (listening === 0) return;
    const now = this.#settings.clock.now();
    this.deliveries += listening * publications.length;
    for (const { time } of publications) this.deliveryDelay.observe((now - time) / 1_000, listening);
  }

  /** Without a `burst` nothing is encoded for others, too. */
  #sendAs(protocol: Protocol, channel: HubChannel, publications: readonly Publication[], burst?: Burst): void {
    const { name } = channel;
    const { epoch } = channel.position;
    const send = (frames: readonly Frame[], except: string | undefined) => {
      const session = except === undefined ? undefined : this.#sessionOf(except, protocol);
      const left = session?.subscriptions.isPlain(name) === true ? session.connection : undefined;
      this.#publish(topicOf(protocol, name), joined(protocol, frames), left);
    };
    let [frames, except]: [Frame[], string | undefined] = [[], undefined];
    for (const publication of publications) {
      if (publication.except !== except) {
        send(frames, except);
        [frames, except] = [[], publication.except];
      }
      const push: PublicationPush = { kind: 'publication', channel: name, epoch, publication };
      frames.push(...listOf(burst === undefined ? protocol.encodePush(push) : burst.encode(protocol, push)));
    }
    send(frames, except);
  }

  /** Nothing that is published while a connection is out of the topic reaches it. */
  #publish(topic: string, frames: readonly Frame[], left: Connection | undefined): void {
    left?.leave(topic);
    for (const frame of frames) this.#settings.fanout.publish(topic, frame);
    left?.join(topic);
  }

  #sessionOf(client: string, protocol: Protocol): Excepted | undefined {
    const session = this.#settings.sessionOf?.(client);
    return session?.protocol.name === protocol.name ? session : undefined;
  }

  *#protocolsOf({ subscribers }: HubChannel): Iterable<Protocol> {
    for (const name of subscribers.keys()) {
      const protocol = this.#protocols.get(name);
      if (protocol !== undefined) yield protocol;
    }
  }
}

/** What a recovery may give must fit in; what is not kept is none of it. */
function tailLength({ historySize }: Namespace, recoveryLimit: number): number {
  const most = Math.max(TAIL_LENGTH, recoveryLimit);
  return historySize > 0 ? Math.min(historySize, most) : most;
}
