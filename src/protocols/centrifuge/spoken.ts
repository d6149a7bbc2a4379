import type { Push, Reply } from '../../core/protocol/pushes.ts';

/** Replies that this protocol's commands ask for. */
export type SpokenReply = Exclude<Reply, { kind: 'signIn' }>;
/** Pushes that this protocol has words for. */
export type SpokenPush = Exclude<Push, { kind: 'subscribers' | 'users' }>;

export function isSpokenReply(reply: Reply): reply is SpokenReply {
  return reply.kind !== 'signIn';
}

export function isSpokenPush(push: Push): push is SpokenPush {
  return push.kind !== 'subscribers' && push.kind !== 'users';
}
