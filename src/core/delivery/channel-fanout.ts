import type { Clock } from '../../ports/clock.ts';
import type { Publication } from '../../ports/log.ts';
import type { Traces } from '../../ports/traces.ts';
import type { Guard } from '../guard.ts';
import { Histogram } from '../measures/histogram.ts';
import { beginDelivery } from '../measures/tracing.ts';
import type { Connection, Fanout } from '../protocol/connection.ts';
import { type Frame, listOf, type Protocol } from '../protocol/protocol.ts';
import type { Push } from '../protocol/pushes.ts';
import { Burst, joined, type PublicationPush } from './burst.ts';
import type { HubChannel } from './hub-channel.ts';
import { joinLeaveTopicOf, topicOf } from './topics.ts';

export type FanoutSettings = {
  readonly fanout: Fanout;
  readonly protocols: readonly Protocol[];
  readonly clock: Clock;
  readonly guard: Guard;
  /** Absent if nothing is traced. */
  readonly traces?: Traces | undefined;
  /** All subscribers of the channel must start again. */
  readonly onReset: (channel: string) => void;
  /** The client's session, if it is connected to this node. */
  readonly sessionOf?: (client: string) => Exclusion | undefined;
};

/** A client that came into a channel, or left it. */
export type Change = Omit<Extract<Push, { kind: 'join' | 'leave' }>, 'channel' | 'present'>;

/** A client that does not get the message. */
type Exclusion = {
  readonly connection: Connection;
  readonly protocol: Protocol;
  readonly subscriptions: { has(channel: string): boolean; isPlain(channel: string): boolean };
};

/** Sends to the subscribers of channels: encodes once per protocol and publishes to the topics of the runtime. */
export class ChannelFanout {
  readonly #settings: FanoutSettings;
  readonly #protocols: ReadonlyMap<string, Protocol>;
  #unflushed = new Set<HubChannel>();
  /** Publications passed to the runtime since the start, counted once per subscriber. */
  deliveries = 0;
  /** Delay of each delivery, from acceptance (by the clock of the accepting node) to the runtime. */
  readonly deliveryDelay = new Histogram();

  constructor(settings: FanoutSettings) {
    this.#settings = settings;
    this.#protocols = new Map(settings.protocols.map((protocol) => [protocol.name, protocol]));
  }

  /** Drops what is queued for a channel without subscribers. */
  forget(channel: HubChannel): void {
    this.#unflushed.delete(channel);
  }

  /** Sends a join or leave message to the subscribers who asked for them. */
  announce(channel: HubChannel, change: Change): void {
    const { name } = channel;
    this.flush(channel);
    const push = { ...change, channel: name, present: channel.present?.size };
    for (const protocol of this.#settings.protocols) {
      if (!channel.hears(protocol)) continue;
      const except = protocol.excludesOwnJoinLeave === true ? this.#sessionOf(push.info.client, protocol) : undefined;
      const left = except?.subscriptions.has(name) === true ? except.connection : undefined;
      this.#publish(joinLeaveTopicOf(protocol, name), listOf(protocol.encodePush(push)), left);
    }
  }

  /** Sends something that is not a publication to all subscribers of the channel. */
  tell(channel: HubChannel, push: Push): void {
    this.flush(channel);
    for (const protocol of this.#protocolsOf(channel)) {
      for (const frame of listOf(protocol.encodePush(push))) {
        this.#settings.fanout.publish(topicOf(protocol, channel.name), frame);
      }
    }
    channel.feeds?.tell(push, this.#settings.fanout);
  }

  /** Queues publications; those of one turn of the event loop are sent together at its end. */
  readonly emit = (channel: HubChannel, publications: readonly Publication[]): void => {
    if (this.#unflushed.size === 0) this.#settings.clock.soon(this.#flushAll);
    this.#unflushed.add(channel);
    for (const publication of publications) channel.pending.push(publication);
  };

  readonly #flushAll = (): void => {
    const channels = this.#unflushed;
    // Cleared first: if it stayed filled after an exception, no later publication would be flushed.
    this.#unflushed = new Set();
    for (const channel of channels) this.flush(channel);
  };

  /** Sends what would otherwise wait for the end of the turn. */
  flush(channel: HubChannel): void {
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

  /** Counts the deliveries, once for all publications of a turn. */
  #measure({ subscriberCount: listening }: HubChannel, publications: readonly Publication[]): void {
    if (listening === 0) return;
    const now = this.#settings.clock.now();
    this.deliveries += listening * publications.length;
    for (const { time } of publications) this.deliveryDelay.observe((now - time) / 1_000, listening);
  }

  /** Encodes for one protocol. `burst` keeps the encoded frames if feeds need them too. */
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

  /** Publishes to all except the connection `left`, which is out of the topic meanwhile. */
  #publish(topic: string, frames: readonly Frame[], left: Connection | undefined): void {
    left?.leave(topic);
    for (const frame of frames) this.#settings.fanout.publish(topic, frame);
    left?.join(topic);
  }

  #sessionOf(client: string, protocol: Protocol): Exclusion | undefined {
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
