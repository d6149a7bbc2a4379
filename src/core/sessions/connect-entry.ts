import type { ServerSubscription } from '../bus/node-messages.ts';
import { feedOptionsOf } from '../delivery/feed.ts';
import type { HubChannel, RecoveryStart } from '../delivery/hub-channel.ts';
import type { RecoveryBudget } from '../delivery/recovery-budget.ts';
import { DisconnectError } from '../disconnects.ts';
import type { Since, SubscribeOptions } from '../protocol/commands.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import type { ChannelEntry } from './channel-entry.ts';
import { type DeliveryOptions, deliveryOptionsOf, serverDeliveryOptionsOf } from './delivery-options.ts';
import type { Subscriber, SubscriptionHost } from './subscriber.ts';
import { LIVE_BY_CLIENT, type Live, liveOf, sinceOf } from './subscription.ts';
import type { SubscriptionTable } from './subscription-table.ts';

/** The channels of a connecting client: first it is counted in, then, after the reply, joined. */
export type Entering = {
  enter(): Entered;
  join(): void;
  abandon(): void;
};

/** The subscriptions in the connect reply; see `ConnectResult`. */
export type Entered = {
  readonly subscriptions: ReadonlyMap<string, SubscribeResult>;
  readonly restored?: ReadonlyMap<string, SubscribeResult>;
};

/** Whether the client was restored to all its channels, including server-side ones, without a loss. */
export function isResumed({ subscriptions, restored }: Entered): boolean {
  if (restored === undefined) return false;
  return [...subscriptions.values()].every(({ wasRecovering, recovered }) => recovered || !wasRecovering);
}

/** The client's position in each channel when it left. */
export type Positions = ReadonlyMap<string, Since>;
type HeldChannels = Map<string, HubChannel>;

/** What entering needs of the connecting client. */
export type ConnectingClient = {
  readonly session: Subscriber;
  readonly table: SubscriptionTable;
  readonly entry: ChannelEntry;
  /** Whether the channel was revoked during the connect. */
  isRevoked(channel: string): boolean;
  /** From now on a revocation finds the subscription itself. */
  settled(): void;
};

type RequestedChannels = {
  /** Channels the server subscribes the client to, with the developer's backend's options. */
  readonly names: ReadonlyMap<string, ServerSubscription | undefined>;
  readonly since: Positions;
  /** Channels the client asks to be restored: all or none. */
  readonly restore?: Positions;
};

/**
 * Prepares a connecting client, so that it can then enter all channels in one turn: server-side ones, and those to be
 * restored.
 */
export async function prepareEntering(
  node: SubscriptionHost,
  client: ConnectingClient,
  wanted: RequestedChannels,
): Promise<Entering> {
  const entry = new ConnectEntry(node, client, wanted);
  try {
    await entry.prepare();
  } catch (error) {
    entry.abandon();
    throw error;
  }
  return entry;
}

class ConnectEntry implements Entering {
  readonly #node: SubscriptionHost;
  readonly #client: ConnectingClient;
  readonly #wanted: RequestedChannels;
  /** Those to be restored, without the server-side ones. */
  readonly #restorable: Positions;
  readonly #held: HeldChannels = new Map();
  readonly #back: HeldChannels = new Map();
  /** The result for each. */
  readonly #results = new Map<string, SubscribeResult>();

  constructor(node: SubscriptionHost, client: ConnectingClient, wanted: RequestedChannels) {
    this.#node = node;
    this.#client = client;
    this.#wanted = wanted;
    const { names, restore } = wanted;
    this.#restorable = new Map([...(restore ?? [])].filter(([name]) => !names.has(name)));
  }

  async prepare(): Promise<void> {
    const { names, restore } = this.#wanted;
    const isAllowed = restore !== undefined && (await this.#mayRestore());
    await this.#holdAll(names.keys(), this.#held);
    if (isAllowed) await this.#holdAll(this.#restorable.keys(), this.#back);
  }

  abandon(): void {
    this.#releaseAll(this.#held);
    this.#releaseAll(this.#back);
  }

  enter(): Entered {
    if (![...this.#held.values(), ...this.#back.values()].every(({ isReady }) => isReady)) {
      // A new epoch began meanwhile, so the client's position is invalid: it must reconnect.
      this.abandon();
      throw new DisconnectError('insufficientState');
    }
    const isAnyRevoked = [...this.#back.keys()].some((name) => this.#client.isRevoked(name));
    const isWhole = this.#wanted.restore !== undefined && this.#back.size === this.#restorable.size && !isAnyRevoked;
    const budget = this.#client.entry.budget();
    const subscriptions = this.#enterAll(budget);
    const restored = isWhole ? this.#restoreAll(budget) : undefined;
    if (restored === undefined) this.#releaseAll(this.#back);
    return { subscriptions, ...(restored !== undefined && { restored }) };
  }

  join(): void {
    for (const channel of [...this.#held.values(), ...this.#back.values()]) {
      const result = this.#results.get(channel.name);
      if (result !== undefined) this.#client.table.joinFromServer(channel, result);
      this.#node.hub.release(channel);
    }
  }

  async #holdAll(names: Iterable<string>, held: HeldChannels): Promise<void> {
    for (const name of names) held.set(name, this.#node.hub.hold(name, this.#node.permissions.namespace(name)));
    await Promise.all([...held.values()].map((channel) => channel.prepare(this.#fromIn(channel))));
  }

  #fromIn(channel: HubChannel): RecoveryStart | undefined {
    return sinceOf(channel, this.#optionsIn(channel), this.#deliveryIn(channel));
  }

  #optionsIn({ name }: HubChannel): SubscribeOptions {
    const since = this.#back.has(name) ? this.#restorable.get(name) : this.#wanted.since.get(name);
    return since === undefined ? {} : { since };
  }

  #deliveryIn({ name, namespace }: HubChannel): DeliveryOptions {
    return this.#back.has(name)
      ? deliveryOptionsOf(namespace, {})
      : serverDeliveryOptionsOf(namespace, this.#client.session.protocol, this.#wanted.names.get(name)?.override);
  }

  #releaseAll(held: HeldChannels): void {
    for (const channel of held.values()) this.#node.hub.release(channel);
    held.clear();
  }

  async #mayRestore(): Promise<boolean> {
    const { principal } = this.#client.session;
    const most = Math.min(this.#node.limits.channels, this.#node.channelsLeft(principal));
    if (this.#restorable.size > most) return false;
    const may = async (name: string) => this.#node.permissions.decide(principal, 'subscribe', name);
    const answers = await Promise.all([...this.#restorable.keys()].map((name) => may(name).catch(() => false)));
    return answers.every((allowed) => allowed);
  }

  /** Enters all of them, if everything missed can be recovered; otherwise none. */
  #restoreAll(budget: RecoveryBudget): Map<string, SubscribeResult> | undefined {
    const { table } = this.#client;
    const results = new Map<string, SubscribeResult>();
    for (const [name, channel] of this.#back) {
      results.set(name, this.#enter(channel, LIVE_BY_CLIENT, { budget, isRestored: true }));
    }
    if ([...results.values()].every(({ recovered }) => recovered)) return results;
    for (const name of this.#back.keys()) {
      table.countOut(name, table.feedOf(name));
      table.forget(name);
      this.#results.delete(name);
    }
    return undefined;
  }

  #enterAll(budget: RecoveryBudget): Map<string, SubscribeResult> {
    const { hub } = this.#node;
    const results = new Map<string, SubscribeResult>();
    for (const [name, channel] of this.#held) {
      if (this.#client.isRevoked(name)) {
        this.#held.delete(name);
        hub.release(channel);
      } else {
        results.set(name, this.#enterGiven(channel, budget));
      }
    }
    this.#client.settled();
    return results;
  }

  #enterGiven(channel: HubChannel, budget: RecoveryBudget): SubscribeResult {
    const { name } = channel;
    const given = this.#wanted.names.get(name);
    const { user } = this.#client.session.info;
    const live = liveOf('server', given && { channel: name, user, vouched: true, ...given }, user);
    const result = this.#enter(channel, live, { budget });
    return given?.data === undefined ? result : { ...result, data: given.data };
  }

  #enter(channel: HubChannel, live: Live, way: { budget: RecoveryBudget; isRestored?: true }): SubscribeResult {
    const { entry, session } = this.#client;
    const feedOptions = feedOptionsOf(channel.namespace, {}, session.protocol);
    const options = this.#optionsIn(channel);
    const result = entry.countIn(channel, live, {
      ...{ options, feedOptions, read: undefined, delivery: this.#deliveryIn(channel) },
      ...way,
    });
    this.#results.set(channel.name, result);
    return result;
  }
}
