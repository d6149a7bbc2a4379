import { CLOSED_NAMESPACE, type Namespace, namespaceOf } from '../../src/core/channels/namespace.ts';

const OPEN: Namespace = { ...CLOSED_NAMESPACE, subscribe: 'everyone', publish: 'everyone', readHistory: 'everyone' };
const DURABLE: Namespace = { ...OPEN, history: 'durable' };

export const NAMESPACES: Readonly<Record<string, Namespace>> = {
  log: DURABLE,
  /** Keeps so little that a client away for a while cannot recover. */
  short: { ...DURABLE, historySize: 4 },
  brief: { ...DURABLE, historyTtlMs: 3_000 },
  mem: { ...OPEN, history: 'memory', historySize: 10 },
  live: { ...OPEN, presence: true, joinLeave: true },
  /** Clients who are members may subscribe. */
  club: { ...DURABLE, subscribe: 'feature' },
  /** Clients whose users are members are subscribed by the server. */
  room: { ...DURABLE, subscribe: 'nobody', publish: 'nobody' },
  closed: CLOSED_NAMESPACE,
};

/** Options of the channel; without a namespace, those that refuse everything. */
export function optionsOf(channel: string): Namespace {
  return NAMESPACES[namespaceOf(channel)] ?? CLOSED_NAMESPACE;
}
