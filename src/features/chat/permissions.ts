import type { RoomRole } from '../../contracts/chat/events.ts';
import { ClientError } from '../../core/errors.ts';
import type { ChannelPolicy } from '../../core/operations/feature.ts';
import type { Memberships } from './memberships.ts';
import type { RoomMembership } from './room-store.ts';

const RANK: Readonly<Record<RoomRole, number>> = { owner: 2, admin: 1, member: 0 };

/** Members may subscribe to their rooms; only chat's own operations publish there (PE4). */
export function roomPolicy(memberships: Memberships): ChannelPolicy {
  return async (principal, action, channel) => {
    if (principal.kind !== 'user' || action !== 'subscribe') return false;
    const room = channel.slice(channel.indexOf(':') + 1);
    return (await memberships.find(room, principal.user)) !== undefined;
  };
}

/** Owner and admins manage a group's title, picture, members and invitations. */
export function checkManages({ kind, role }: RoomMembership): void {
  checkGroup(kind);
  if (RANK[role] < RANK.admin) throw denied("only the group's owner and admins may do this");
}

/** A direct chat's two members never change. */
export function checkGroup(kind: RoomMembership['kind']): void {
  if (kind !== 'group') throw denied('this is a direct chat');
}

/** Owner and admins remove members of lower roles. */
export function checkRemoves(actor: RoomMembership, target: RoomRole): void {
  checkManages(actor);
  if (RANK[target] >= RANK[actor.role]) throw denied('only members of a lower role can be removed');
}

/** Only the owner assigns roles. */
export function checkSetsRoles({ kind, role }: RoomMembership): void {
  checkGroup(kind);
  if (role !== 'owner') throw denied("only the group's owner may do this");
}

export type RecallRequest = {
  readonly actor: RoomMembership;
  readonly isOwn: boolean;
  /** The author's current role; undefined if they have left. */
  readonly author: RoomRole | undefined;
  readonly ageMs: number;
  readonly windowMs: number;
};

/** Authors recall within the window; owner and admins of a group at any time, also messages of lower roles. */
export function checkRecalls({ actor, isOwn, author, ageMs, windowMs }: RecallRequest): void {
  const manages = actor.kind === 'group' && RANK[actor.role] >= RANK.admin;
  if (isOwn ? manages || ageMs <= windowMs : manages && outranks(actor.role, author)) return;
  throw denied(isOwn ? 'the time to recall this message is over' : "this is another person's message");
}

function outranks(role: RoomRole, other: RoomRole | undefined): boolean {
  return other === undefined || RANK[role] > RANK[other];
}

function denied(message: string): ClientError {
  return new ClientError('permissionDenied', { message });
}
