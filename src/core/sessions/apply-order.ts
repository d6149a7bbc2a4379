import type { Control, Ending, ExternalOrder } from '../bus/node-messages.ts';
import { type DisconnectName, reconnects } from '../disconnects.ts';
import type { Session } from './session.ts';

/** Applies an order for a person of this installation to one of their sessions. */
export function applyOrder(session: Session, order: Exclude<Control, { kind: 'external' }>): void {
  switch (order.kind) {
    case 'subscribe':
      return session.subscribe(order.channel);
    case 'unsubscribe':
      return session.unsubscribe(order.channel, 'server');
    case 'disconnect':
      if (order.device === undefined || isDevice(session, order.device)) session.close(order.reason);
      return;
    default:
      order satisfies never;
  }
}

/** Applies an order of a developer's backend to one of the user's sessions, unless it names another one. */
export function applyExternalOrder(session: Session, order: ExternalOrder): void {
  if (order.client !== undefined && order.client !== session.client) return;
  if (order.session !== undefined && order.session !== session.connection.streamKey) return;
  switch (order.kind) {
    case 'subscribe':
      return session.subscribe(order.channel, order.given);
    case 'unsubscribe':
      return order.channel === undefined
        ? session.unsubscribeAll('server')
        : session.unsubscribe(order.channel, 'server');
    case 'disconnect':
      if (order.except?.includes(session.client) !== true) session.close(kindOf(order.ending), order.ending);
      return;
    case 'refresh':
      return session.renew(order);
    case 'expire':
      return session.close('expired');
    default:
      order satisfies never;
  }
}

/** Whether the session belongs to this person of the installation. */
export function belongsTo({ principal }: Session, user: string): boolean {
  return principal.kind === 'user' && principal.user === user;
}

/** The nearest reason, for clients of protocols with other codes. */
function kindOf(ending: Ending | undefined): DisconnectName {
  return ending !== undefined && reconnects(ending.code) ? 'forceReconnect' : 'forceDisconnect';
}

function isDevice(session: Session, device: string): boolean {
  return session.principal.kind === 'user' && session.principal.device === device;
}
