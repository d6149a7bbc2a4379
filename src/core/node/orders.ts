import type { Bus } from '../../ports/bus.ts';
import { identityOf } from '../access/apps.ts';
import type { Principal } from '../access/principal.ts';
import { type Control, type ExternalOrder, NOBODY, type NodeMessage } from '../bus/node-messages.ts';
import type { Guard } from '../guard.ts';
import { applyExternalOrder, applyOrder, belongsTo } from '../sessions/apply-order.ts';
import type { Session } from '../sessions/session.ts';

/** The subject of orders on the bus. */
const CONTROL = 'control';

type OrdersParts = {
  readonly bus: Bus<NodeMessage>;
  readonly guard: Guard;
  readonly sessions: {
    ofPerson(user: string): readonly Session[];
    ofIdentity(identity: string): readonly Session[];
    /** Sessions that have not sent `connect` yet. */
    waiting(): Iterable<Session>;
    /** Not indexed, as there may be very many; orders for them are rare. */
    every(): Iterable<Session>;
  };
};

/**
 * Orders to a user's connections: subscribe, unsubscribe, disconnect, refresh. Each is sent to every node, this one
 * included, and applied where the user has connections.
 */
export class Orders {
  readonly #parts: OrdersParts;

  constructor(parts: OrdersParts) {
    this.#parts = parts;
    parts.bus.subscribe(CONTROL);
  }

  /** Sends an order to the connections of a person of this installation. */
  send(order: Exclude<Control, { kind: 'external' }>): void {
    this.#parts.bus.publish(CONTROL, order);
  }

  /** Sends an order to the connections of a user of tokens; user `''`: to all anonymous connections. */
  sendExternal(user: string, order: ExternalOrder): void {
    if (user === '') this.#parts.bus.publish(CONTROL, { kind: 'external', identity: NOBODY, order });
    else this.#sendTo({ kind: 'external', user }, order);
  }

  /** Like `sendExternal`, for a user signed in by an app's backend. */
  sendToAppUser(app: string, user: string, order: ExternalOrder): void {
    this.#sendTo({ kind: 'app', app, user, client: '' }, order);
  }

  /** Applies an order of this or another node to the sessions here. */
  receive(order: Control): void {
    const { guard } = this.#parts;
    if (order.kind === 'external') {
      guard.each('orders', this.#external(order.identity), (session) => applyExternalOrder(session, order.order));
    } else {
      guard.each('orders', this.#meant(order), (session) => applyOrder(session, order));
    }
  }

  #sendTo(principal: Principal, order: ExternalOrder): void {
    const identity = identityOf(principal);
    if (identity !== undefined) this.#parts.bus.publish(CONTROL, { kind: 'external', identity, order });
  }

  #external(identity: string): readonly Session[] {
    const { sessions } = this.#parts;
    if (identity !== NOBODY) return sessions.ofIdentity(identity);
    return [...sessions.every()].filter(({ principal, isConnected }) => isConnected && principal.kind === 'anonymous');
  }

  #meant(order: Exclude<Control, { kind: 'external' }>): readonly Session[] {
    const { sessions } = this.#parts;
    const connected = sessions.ofPerson(order.user);
    if (order.kind !== 'disconnect') return connected;
    // A session before `connect` uses the same sign-in, which is not checked again.
    return [...connected, ...[...sessions.waiting()].filter((session) => belongsTo(session, order.user))];
  }
}
