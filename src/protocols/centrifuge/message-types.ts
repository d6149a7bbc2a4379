import type { Push, Reply } from '../../core/protocol/pushes.ts';

/** Replies to this protocol's commands. */
export type CentrifugeReply = Exclude<Reply, { kind: 'signIn' }>;
/** Pushes this protocol can express. */
export type CentrifugePush = Exclude<Push, { kind: 'subscribers' | 'users' }>;

export function isCentrifugeReply(reply: Reply): reply is CentrifugeReply {
  return reply.kind !== 'signIn';
}

export function isCentrifugePush(push: Push): push is CentrifugePush {
  return push.kind !== 'subscribers' && push.kind !== 'users';
}
