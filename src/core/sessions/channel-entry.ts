import { userOf } from '../access/principal.ts';
import { Tracking } from '../channels/tracking.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { RecoveryBudget } from '../delivery/recovery-budget.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import type { Subscriber, SubscriptionHost } from './subscriber.ts';
import { type EntryOptions, enterAs, type Live, resultOf, sinceOf, withFeed } from './subscription.ts';
import type { SubscriptionTable } from './subscription-table.ts';

/**
 * The one way into a channel, for a subscribe command as for the channels of a connecting client: the client is counted
 * in and gets its result in one turn of the event loop, so that no publication is missing or sent twice.
 */
export class ChannelEntry {
  readonly #node: SubscriptionHost;
  readonly #session: Subscriber;
  readonly #table: SubscriptionTable;

  constructor(node: SubscriptionHost, session: Subscriber, table: SubscriptionTable) {
    this.#node = node;
    this.#session = session;
    this.#table = table;
  }

  /** `share`: the part of the connection's recovery budget available to this reply. */
  budget(share = 1): RecoveryBudget {
    const { protocol, backlog } = this.#session;
    return new RecoveryBudget(this.#node.limits.recoveryBytes * share, backlog, protocol.aroundPublication);
  }

  /**
   * Counts the client in; the caller must send it the result and then join, in this same turn. Throws like `resultOf`;
   * the client is then counted out again.
   */
  countIn(
    channel: HubChannel,
    live: Live,
    entering: EntryOptions & { readonly budget: RecoveryBudget },
  ): SubscribeResult {
    const { hub } = this.#node;
    const { protocol } = this.#session;
    const { options, delivery, feedOptions, isRestored, budget } = entering;
    const since = sinceOf(channel, options, delivery);
    const { feed, entered } = enterAs(hub, channel, { protocol, feedOptions, recovery: since && { since, budget } });
    try {
      const result = resultOf(channel, entered, entering);
      if (channel.namespace.type === 'sharedPoll') return this.#keepPolled(channel, live, result);
      if (isRestored === true) return this.#table.keepRestored(channel, withFeed(live, feed), result);
      const kept = this.#table.keep(channel, withFeed(live, feed), this.#toTell(entering, result));
      if (options.presence !== true) return kept;
      return { ...kept, presence: [...(channel.present?.clients ?? []), this.#table.infoIn(channel.name)] };
    } catch (error) {
      this.#table.countOut(channel.name, feed);
      throw error;
    }
  }

  #keepPolled(channel: HubChannel, live: Live, result: SubscribeResult): SubscribeResult {
    const { connection, protocol, principal } = this.#session;
    const polled = this.#node.polls.open(channel.name, channel.namespace);
    const tracker = { connection, protocol, user: userOf(principal) };
    const tracking = new Tracking(this.#node.polls, polled, { tracker, most: channel.namespace.pollKeys });
    return this.#table.keep(channel, { ...live, tracking }, { ...result, pollEpoch: polled.epoch });
  }

  /**
   * Without the publications that exclude this client: gaps in the offsets are no loss. The newest publication alone is
   * the channel's state, whoever caused it.
   */
  #toTell({ options }: EntryOptions, result: SubscribeResult): SubscribeResult {
    const { client } = this.#session;
    if (options.latest === true || !result.publications.some(({ except }) => except === client)) return result;
    return { ...result, publications: result.publications.filter(({ except }) => except !== client) };
  }
}
