import type { Permissions } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { ServerSubscription } from '../bus/node-messages.ts';
import { feedOptionsOf } from '../delivery/feed.ts';
import type { Hub } from '../delivery/hub.ts';
import type { From, HubChannel, Recovery } from '../delivery/hub-channel.ts';
import type { RecoveryBudget } from '../delivery/recovery-budget.ts';
import { DisconnectError } from '../disconnects.ts';
import type { Since } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import { type Manner, mannerOf, serverMannerOf } from './manner.ts';
import { answering, enterAs, LIVE_BY_CLIENT, type Live, liveOf, placed, sinceOf, withFeed } from './subscription.ts';

/** The channels that a connecting client is put into: first counted in, then, once it has been told, joined. */
export type Entering = {
  enter(): Entered;
  join(): void;
  abandon(): void;
};

/** What a connecting client is told of the channels it is in; see `ConnectResult`. */
export type Entered = {
  readonly subscriptions: ReadonlyMap<string, SubscribeResult>;
  readonly restored?: ReadonlyMap<string, SubscribeResult>;
};

/** Whether the client is back in all its channels, those too that the server puts it into, and has lost nothing of them. */
export function isResumed({ subscriptions, restored }: Entered): boolean {
  if (restored === undefined) return false;
  return [...subscriptions.values()].every(({ wasRecovering, recovered }) => recovered || !wasRecovering);
}

/** Where a client was in each channel when it left. */
export type Positions = ReadonlyMap<string, Since>;
type Held = Map<string, HubChannel>;

/** The connecting client's subscriptions, as far as entering touches them. */
export interface Seats {
  readonly principal: Principal;
  /** As whom the client is seen. */
  readonly user: string;
  readonly protocol: Protocol;
  /** Whether the channel was taken away while the connection was being set up. */
  isRevoked(channel: string): boolean;
  /** From now on a revocation finds the subscription itself. */
  settled(): void;
  budget(): RecoveryBudget;
  keep(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult;
  withoutExcepted(result: SubscribeResult): SubscribeResult;
  forget(channel: string): void;
  /** Counts the client out again, which has not joined. */
  countOut(channel: string): void;
  join(channel: HubChannel, result: SubscribeResult): void;
}

type Node = {
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly limits: { readonly channels: number };
  channelsLeft(principal: Principal): number;
};

type Wanted = {
  /** Into which the server puts the client, with what the developer's backend says of that. */
  readonly names: ReadonlyMap<string, ServerSubscription | undefined>;
  readonly since: Positions;
  /** Into which it asks to be brought back: all or none. */
  readonly restore?: Positions;
};

/**
 * Makes everything ready for a connecting client, so that it can then enter all channels in one turn: those the
 * server puts it into, and those that it asks to be brought back into.
 */
export async function prepareEntering(node: Node, seats: Seats, wanted: Wanted): Promise<Entering> {
  const entry = new ConnectEntry(node, seats, wanted);
  try {
    await entry.prepare();
  } catch (error) {
    entry.abandon();
    throw error;
  }
  return entry;
}

class ConnectEntry implements Entering {
  readonly #node: Node;
  readonly #seats: Seats;
  readonly #wanted: Wanted;
  /** Those to be brought back into, without those that the server puts it into anyway. */
  readonly #restorable: Positions;
  readonly #held: Held = new Map();
  readonly #back: Held = new Map();
  /** What the client is told of each. */
  readonly #results = new Map<string, SubscribeResult>();

  constructor(node: Node, seats: Seats, wanted: Wanted) {
    this.#node = node;
    this.#seats = seats;
    this.#wanted = wanted;
    const { names, restore } = wanted;
    this.#restorable = new Map([...(restore ?? [])].filter(([name]) => !names.has(name)));
  }

  async prepare(): Promise<void> {
    const { names, since, restore } = this.#wanted;
    const isAllowed = restore !== undefined && (await this.#mayRestore());
    await this.#holdAll(names.keys(), since, this.#held);
    if (isAllowed) await this.#holdAll(this.#restorable.keys(), this.#restorable, this.#back);
  }

  abandon(): void {
    this.#releaseAll(this.#held);
    this.#releaseAll(this.#back);
  }

  enter(): Entered {
    if (![...this.#held.values(), ...this.#back.values()].every(({ isReady }) => isReady)) {
      // A history began anew meanwhile, so the client has no place in it: it must come again.
      this.abandon();
      throw new DisconnectError('insufficientState');
    }
    const isAnyRevoked = [...this.#back.keys()].some((name) => this.#seats.isRevoked(name));
    const isWhole = this.#wanted.restore !== undefined && this.#back.size === this.#restorable.size && !isAnyRevoked;
    const budget = this.#seats.budget();
    const subscriptions = this.#enterAll(budget);
    const restored = isWhole ? this.#restoreAll(budget) : undefined;
    if (restored === undefined) this.#releaseAll(this.#back);
    return { subscriptions, ...(restored !== undefined && { restored }) };
  }

  join(): void {
    for (const channel of [...this.#held.values(), ...this.#back.values()]) {
      const result = this.#results.get(channel.name);
      if (result !== undefined) this.#seats.join(channel, result);
      this.#node.hub.release(channel);
    }
  }

  async #holdAll(names: Iterable<string>, since: Positions, held: Held): Promise<void> {
    for (const name of names) held.set(name, this.#node.hub.hold(name, this.#node.permissions.namespace(name)));
    await Promise.all([...held].map(([name, channel]) => channel.prepare(this.#fromIn(channel, since.get(name)))));
  }

  #fromIn(channel: HubChannel, since: Since | undefined): From | undefined {
    const options = since === undefined ? {} : { since };
    return sinceOf(channel, options, this.#mannerIn(channel));
  }

  #mannerIn({ name, namespace }: HubChannel): Manner {
    return this.#back.has(name)
      ? mannerOf(namespace, {})
      : serverMannerOf(namespace, this.#seats.protocol, this.#wanted.names.get(name)?.override);
  }

  #releaseAll(held: Held): void {
    for (const channel of held.values()) this.#node.hub.release(channel);
    held.clear();
  }

  async #mayRestore(): Promise<boolean> {
    const { principal } = this.#seats;
    const most = Math.min(this.#node.limits.channels, this.#node.channelsLeft(principal));
    if (this.#restorable.size > most) return false;
    const may = async (name: string) => this.#node.permissions.decide(principal, 'subscribe', name);
    const answers = await Promise.all([...this.#restorable.keys()].map((name) => may(name).catch(() => false)));
    return answers.every((allowed) => allowed);
  }

  /** Enters all of them, if all that was missed can be given; otherwise none. */
  #restoreAll(budget: RecoveryBudget): Map<string, SubscribeResult> | undefined {
    const results = new Map<string, SubscribeResult>();
    for (const [name, channel] of this.#back) {
      const since = this.#restorable.get(name);
      results.set(name, this.#enterOne(channel, LIVE_BY_CLIENT, since && { since, budget }));
    }
    if ([...results.values()].every(({ recovered }) => recovered)) return results;
    for (const name of this.#back.keys()) {
      this.#seats.countOut(name);
      this.#seats.forget(name);
      this.#results.delete(name);
    }
    return undefined;
  }

  #enterAll(budget: RecoveryBudget): Map<string, SubscribeResult> {
    const { hub } = this.#node;
    const results = new Map<string, SubscribeResult>();
    for (const [name, channel] of this.#held) {
      if (this.#seats.isRevoked(name)) {
        this.#held.delete(name);
        hub.release(channel);
      } else {
        results.set(name, this.#enterGiven(channel, budget));
      }
    }
    this.#seats.settled();
    return results;
  }

  #enterGiven(channel: HubChannel, budget: RecoveryBudget): SubscribeResult {
    const { name } = channel;
    const given = this.#wanted.names.get(name);
    const { user } = this.#seats;
    const live = liveOf('server', given && { channel: name, user, vouched: true, ...given }, user);
    const since = this.#fromIn(channel, this.#wanted.since.get(name));
    const entered = this.#enterOne(channel, live, since && { since, budget });
    const result = answering(this.#wanted.since.get(name), placed(entered, this.#mannerIn(channel)));
    return given?.data === undefined ? result : { ...result, data: given.data };
  }

  #enterOne(channel: HubChannel, live: Live, recovery: Recovery | undefined): SubscribeResult {
    const { protocol } = this.#seats;
    const wishes = feedOptionsOf(channel.namespace, {}, protocol);
    const { feed, entered } = enterAs(this.#node.hub, channel, { protocol, wishes, recovery });
    // What it was brought back into, it asked for itself: its protocol looks what it is given of that.
    const told = live.by === 'server' ? this.#seats.withoutExcepted(entered) : entered;
    const result = this.#seats.keep(channel, withFeed(live, feed), told);
    this.#results.set(channel.name, result);
    return result;
  }
}
