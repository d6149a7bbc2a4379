import type { Clock } from '../ports/clock.ts';
import type { ClientInfo, Log, Publication } from '../ports/log.ts';
import type { Connection, Fanout } from './connection.ts';
import { Histogram } from './histogram.ts';
import { HubChannel, type Recovery } from './hub-channel.ts';
import type { Namespace } from './namespace.ts';
import { Present } from './present.ts';
import type { Frame, Protocol } from './protocol.ts';
import type { Push, SubscribeResult } from './pushes.ts';

/** Bytes of one fan-out frame: small publications of a burst travel together up to here. */
const FRAME_BYTES = 32 * 1024;
/** The newest of a channel, kept while clients come back. */
const TAIL_LENGTH = 1_000;
const TAIL_IDLE_MS = 30_000;
/** How long a channel is kept for clients that polled it: they are about to come again. */
const POLLED_MS = 10_000;

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
  /** The client's connection, if it is here, speaks the protocol and subscribes to the channel. */
  readonly connectionOf?: (client: string, protocol: Protocol, channel: string) => Connection | undefined;
};

type Target = { readonly protocol: Protocol; readonly name: string; readonly topic: string };

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
  /** Subscriptions that there are now. */
  subscriptions = 0;
  /** Publications handed to the runtime, one for each subscriber, since the start. */
  deliveries = 0;
  /** From being accepted, by the clock of the node that did, to being handed on: of each delivery. */
  readonly deliveryDelay = new Histogram();

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
    this.subscriptions += 1;
    return channel.enter(recovery);
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

  /** Tells those subscribers who want to hear it that somebody came or went. */
  announce(name: string, push: Extract<Push, { kind: 'join' | 'leave' }>): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    this.#flushChannel(channel);
    for (const protocol of this.#protocolsOf(channel)) {
      const frame = protocol.encodePush(push);
      const except = protocol.tellsOthersOnly === true ? push.info.client : undefined;
      if (frame !== undefined)
        this.#publish({ protocol, name, topic: joinLeaveTopicOf(protocol, name) }, [frame], except);
    }
  }

  /** Tells the channel's subscribers something that is no publication. */
  tell(name: string, push: Push): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    this.#flushChannel(channel);
    for (const protocol of this.#protocolsOf(channel)) {
      const frame = protocol.encodePush(push);
      if (frame !== undefined) this.#settings.fanout.publish(topicOf(protocol, name), frame);
    }
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

  sweep(now: number): void {
    for (const channel of this.#channels.values()) {
      channel.sweep(now - TAIL_IDLE_MS);
      if (channel.keptUntil <= now) this.#dropIfEmpty(channel);
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
    for (const channel of this.#unflushed) this.#send(channel);
    this.#unflushed.clear();
  };

  #flushChannel(channel: HubChannel): void {
    if (channel.pending.length > 0) this.#send(channel);
  }

  #send(channel: HubChannel): void {
    const publications = channel.pending;
    channel.pending = [];
    for (const protocol of this.#protocolsOf(channel)) this.#sendAs(protocol, channel.name, publications);
    this.#measure(channel, publications);
  }

  /** Once a burst and channel, however many listen. */
  #measure({ subscribers }: HubChannel, publications: readonly Publication[]): void {
    let listening = 0;
    for (const count of subscribers.values()) listening += count;
    if (listening === 0) return;
    const now = this.#settings.clock.now();
    this.deliveries += listening * publications.length;
    for (const { time } of publications) this.deliveryDelay.observe((now - time) / 1_000, listening);
  }

  #sendAs(protocol: Protocol, name: string, publications: readonly Publication[]): void {
    const target = { protocol, name, topic: topicOf(protocol, name) };
    let [frames, except]: [Frame[], string | undefined] = [[], undefined];
    for (const publication of publications) {
      if (publication.except !== except) {
        this.#publish(target, frames, except);
        [frames, except] = [[], publication.except];
      }
      const frame = protocol.encodePush({ kind: 'publication', channel: name, publication });
      if (frame !== undefined) frames.push(frame);
    }
    this.#publish(target, frames, except);
  }

  /** Nothing that is published while a connection is out of the topic reaches it. */
  #publish({ protocol, name, topic }: Target, frames: readonly Frame[], except: string | undefined): void {
    const { fanout, connectionOf } = this.#settings;
    const left = except === undefined ? undefined : connectionOf?.(except, protocol, name);
    left?.leave(topic);
    for (const frame of joined(protocol, frames)) fanout.publish(topic, frame);
    left?.join(topic);
  }

  *#protocolsOf(channel: HubChannel): Iterable<Protocol> {
    for (const protocol of this.#settings.protocols) if (channel.subscribers.has(protocol.name)) yield protocol;
  }
}

/** As few frames as the protocol and `FRAME_BYTES` allow. */
function joined(protocol: Protocol, encoded: readonly Frame[]): readonly Frame[] {
  if (protocol.join === undefined || encoded.length < 2) return encoded;
  const frames: Frame[] = [];
  let together: Frame[] = [];
  let bytes = 0;
  for (const frame of encoded) {
    if (bytes > 0 && bytes + frame.length > FRAME_BYTES) {
      frames.push(protocol.join(together));
      together = [];
      bytes = 0;
    }
    together.push(frame);
    bytes += frame.length;
  }
  frames.push(protocol.join(together));
  return frames;
}
