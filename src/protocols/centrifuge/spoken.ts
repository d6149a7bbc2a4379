import type { Push, Reply } from '../../core/protocol/pushes.ts';

/** Replies to this protocol's commands. */
export type SpokenReply = Exclude<Reply, { kind: 'signIn' }>;
/** Pushes this protocol can express. */
export type SpokenPush = Exclude<Push, { kind: 'subscribers' | 'users' }>;

export function isSpokenReply(reply: Reply): reply is SpokenReply {
  return reply.kind !== 'signIn';
}

export function isSpokenPush(push: Push): push is SpokenPush {
  return push.kind !== 'subscribers' && push.kind !== 'users';
}
