import type { ServerSubscription } from '../bus/node-messages.ts';
import { DisconnectError, type DisconnectName, type UnsubscribeName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { ChannelTurns } from './channel-turns.ts';

/** The server wants the client in a channel. */
type Order = { readonly given: ServerSubscription | undefined };

type Parts = {
  readonly turns: ChannelTurns;
  readonly subscriptions: {
    readonly channels: Iterable<string>;
    addFromServer(channel: string, given?: ServerSubscription): Promise<void>;
    revoke(channel: string, reason: UnsubscribeName): void;
  };
  /** Whether a channel may be named by the developer's backend, and so is no feature's. */
  readonly takesTokens: (channel: string) => boolean;
  readonly close: (reason: DisconnectName) => void;
  readonly report: (error: unknown) => void;
};

/** The channels that the server wants one client in: its orders may come before the client has connected. */
export class ServerSubscriptions {
  readonly #parts: Parts;
  /** Orders that came while the client was connecting. */
  #early: Map<string, ServerSubscription | undefined> | undefined;
  /** The last order for each channel whose turn has not come yet. */
  #orders: Map<string, Order> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Keeps an order until the client has connected. */
  addLater(channel: string, given: ServerSubscription | undefined): void {
    this.#early = new Map(this.#early).set(channel, given);
  }

  /** Gives the orders that were kept, and forgets them. */
  takeEarly(): ReadonlyMap<string, ServerSubscription | undefined> {
    const early = this.#early ?? new Map();
    this.#early = undefined;
    return early;
  }

  /** Puts the client into a channel when what it has sent for that channel is done. */
  add(channel: string, given: ServerSubscription | undefined): void {
    const order = { given };
    this.#orders = new Map(this.#orders).set(channel, order);
    this.#parts.turns.run(channel, 'change', (turn) => void this.#carryOut(channel, order).then(() => turn.ended()));
  }

  /** Takes the client out of a channel at once. */
  remove(channel: string, reason: UnsubscribeName): void {
    this.#early?.delete(channel);
    this.#orders?.delete(channel);
    this.#parts.subscriptions.revoke(channel, reason);
  }

  /** As `remove`, of every channel that is no feature's. */
  removeAll(reason: UnsubscribeName): void {
    const { subscriptions, takesTokens } = this.#parts;
    const named = [...(this.#early?.keys() ?? []), ...(this.#orders?.keys() ?? []), ...subscriptions.channels];
    for (const channel of named) if (takesTokens(channel)) this.remove(channel, reason);
  }

  /** The connection is gone. */
  clear(): void {
    this.#orders = undefined;
  }

  /** Puts the client into a channel, unless another order has come since. Does not reject. */
  async #carryOut(channel: string, order: Order): Promise<void> {
    if (this.#orders?.get(channel) !== order) return;
    this.#orders.delete(channel);
    try {
      await this.#parts.subscriptions.addFromServer(channel, order.given);
    } catch (error) {
      // Gone while it waited for its share of the node's time.
      if (error instanceof DisconnectError) return this.#parts.close(error.kind);
      // Taken out again while it was on its way in.
      if (error instanceof ClientError && error.kind === 'permissionDenied') return;
      this.#parts.report(error);
      // It would never know that it is missing this channel; when it comes back, it is put in.
      this.#parts.close('internal');
    }
  }
}
