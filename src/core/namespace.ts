import type { Retention } from '../ports/log.ts';

/** Who may do a thing in a namespace. `feature`: its `ChannelPolicy` decides. */
export type Audience = 'nobody' | 'feature' | 'users' | 'everyone';

/** Options of all channels whose name starts with the namespace's name and a colon. */
export type Namespace = {
  /** Where publications are kept: not at all, in this process, or on disk. */
  readonly history: 'none' | 'memory' | 'durable';
  /** Publications kept a channel; 0 = no bound. */
  readonly historySize: number;
  /** How long they are kept, in milliseconds; 0 = no bound. */
  readonly historyTtlMs: number;
  readonly presence: boolean;
  readonly joinLeave: boolean;
  readonly subscribe: Audience;
  readonly publish: Audience;
  /** History reads besides recovery, which every subscriber may. */
  readonly readHistory: Audience;
  readonly readPresence: Audience;
};

/** Everything off and refused: what a namespace states, it adds to this. */
export const CLOSED_NAMESPACE: Namespace = {
  history: 'none',
  historySize: 0,
  historyTtlMs: 0,
  presence: false,
  joinLeave: false,
  subscribe: 'nobody',
  publish: 'nobody',
  readHistory: 'nobody',
  readPresence: 'nobody',
};

/** The part of a channel's name before the first colon, or '' when it has none. */
export function namespaceOf(channel: string): string {
  const colon = channel.indexOf(':');
  return colon < 0 ? '' : channel.slice(0, colon);
}

/** How much of a channel its log keeps. */
export function retentionOf({ historySize, historyTtlMs }: Namespace): Retention {
  return { size: historySize, ttlMs: historyTtlMs };
}
