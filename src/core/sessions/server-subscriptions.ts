import type { ServerSubscription } from '../bus/node-messages.ts';
import { DisconnectError, type DisconnectName, type UnsubscribeName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { ChannelTurns } from './channel-turns.ts';

/** A server order to subscribe the client. */
type Order = { readonly given: ServerSubscription | undefined };

type Parts = {
  readonly turns: ChannelTurns;
  readonly subscriptions: {
    readonly channels: Iterable<string>;
    addFromServer(channel: string, given?: ServerSubscription): Promise<void>;
    revoke(channel: string, reason: UnsubscribeName): void;
  };
  /** Whether the developer's backend may name a channel, which excludes feature channels. */
  readonly takesTokens: (channel: string) => boolean;
  readonly close: (reason: DisconnectName) => void;
  readonly report: (error: unknown) => void;
};

/** One client's server-side subscriptions: orders may arrive before the client has connected. */
export class ServerSubscriptions {
  readonly #parts: Parts;
  /** Orders that arrived during the connect. */
  #early: Map<string, ServerSubscription | undefined> | undefined;
  /** The last waiting order of each channel. */
  #orders: Map<string, Order> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Keeps an order until the client has connected. */
  addLater(channel: string, given: ServerSubscription | undefined): void {
    this.#early = new Map(this.#early).set(channel, given);
  }

  /** Returns the kept orders, and clears them. */
  takeEarly(): ReadonlyMap<string, ServerSubscription | undefined> {
    const early = this.#early ?? new Map();
    this.#early = undefined;
    return early;
  }

  /** Subscribes the client when its own earlier commands for the channel are done. */
  add(channel: string, given: ServerSubscription | undefined): void {
    const order = { given };
    this.#orders = new Map(this.#orders).set(channel, order);
    this.#parts.turns.run(channel, 'change', (turn) => void this.#carryOut(channel, order).then(() => turn.ended()));
  }

  /** Unsubscribes the client at once. */
  remove(channel: string, reason: UnsubscribeName): void {
    this.#early?.delete(channel);
    this.#orders?.delete(channel);
    this.#parts.subscriptions.revoke(channel, reason);
  }

  /** Like `remove`, for every channel that is not a feature's. */
  removeAll(reason: UnsubscribeName): void {
    const { subscriptions, takesTokens } = this.#parts;
    const named = [...(this.#early?.keys() ?? []), ...(this.#orders?.keys() ?? []), ...subscriptions.channels];
    for (const channel of named) if (takesTokens(channel)) this.remove(channel, reason);
  }

  /** The connection is closed. */
  clear(): void {
    this.#orders = undefined;
  }

  /** Subscribes the client, unless another order came since. Never rejects. */
  async #carryOut(channel: string, order: Order): Promise<void> {
    if (this.#orders?.get(channel) !== order) return;
    this.#orders.delete(channel);
    try {
      await this.#parts.subscriptions.addFromServer(channel, order.given);
    } catch (error) {
      // Closed while it waited for its share of the node's time.
      if (error instanceof DisconnectError) return this.#parts.close(error.kind);
      // Unsubscribed again while it was entering.
      if (error instanceof ClientError && error.kind === 'permissionDenied') return;
      this.#parts.report(error);
      // It would never notice that it misses this channel; when it reconnects, it is subscribed.
      this.#parts.close('internal');
    }
  }
}
