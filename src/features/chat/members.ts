import type { chatContract } from '../../contracts/chat/contract.ts';
import type { RoomRole } from '../../contracts/chat/events.ts';
import { ClientError } from '../../core/errors.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Span } from '../../ports/traces.ts';
import type { MemberChange } from './member-changes.ts';
import type { Parts } from './parts.ts';
import { checkGroup, checkManages, checkRemoves, checkSetsRoles } from './permissions.ts';
import type { RoomMembership, Roster } from './room-store.ts';
import { checkAddable, checkPeople } from './rooms.ts';
import { orphanedFrom } from './succession.ts';

type MemberHandlers = Pick<
  Handlers<typeof chatContract>,
  'members' | 'addMembers' | 'removeMember' | 'setMemberRole' | 'leave'
>;

/** Operations on a group's members and their roles. */
export function memberHandlers(parts: Parts): MemberHandlers {
  const { memberships, rooms, members, invites, rates } = parts;
  return {
    members: async ({ principal }, { room, after }) => {
      await memberships.require(room, principal.user);
      return rooms.members(room, after);
    },

    addMembers: async ({ principal, span }, { room, users }) => {
      const { user } = principal;
      checkManages(await memberships.require(room, user));
      await checkAddable(parts, { by: user, ids: users, field: 'users' });
      await checkDepartures(parts, room, users);
      const counted = new Set<string>();
      await members.change(room, [user, ...users], (roster) => {
        checkManages(membershipOf(roster, user));
        const fresh = [...new Set(users)].filter((added) => !roster.roles.has(added));
        if (fresh.length === 0) return undefined;
        // Decided again: nobody is counted twice.
        rates.add(
          principal,
          fresh.filter((added) => !counted.has(added)),
        );
        for (const added of fresh) counted.add(added);
        const event = { type: 'joined', by: user, users: fresh } as const;
        return { event, writes: [rooms.noneDeparted(room, fresh)], span };
      });
      return {};
    },

    removeMember: async ({ principal: { user }, span }, { room, user: target }) => {
      await members.change(room, [user, target], (roster) => {
        const actor = membershipOf(roster, user);
        const role = roster.roles.get(target);
        checkRemoves(actor, role ?? 'member');
        return role === undefined ? undefined : { event: { type: 'removed', by: user, user: target }, span };
      });
      return {};
    },

    setMemberRole: async ({ principal, span }, { room, user: target, role }) => {
      const { user } = principal;
      if (role === 'owner') await checkPeople(parts, [target], 'user');
      const orphaned = role === 'owner' ? await orphanedFrom(parts, principal, room) : undefined;
      const users = [user, target, ...(orphaned === undefined ? [] : [orphaned])];
      await members.change(room, users, (roster) => promotion(roster, user, { target, role, orphaned, span }));
      return {};
    },

    leave: async ({ principal: { user }, span }, { room }) => {
      await members.change(room, [user], (roster) => {
        const { role } = membershipOf(roster, user);
        checkGroup(roster.kind);
        const alone = roster.memberCount === 1;
        if (role === 'owner' && !alone) throw new ClientError('conflict', { message: 'transfer the group first' });
        return { event: { type: 'left', user }, writes: alone ? [invites.removeAll(room)] : [], span };
      });
      return {};
    },
  };
}

/** A person who left does not want to be here: only they can undo that. */
async function checkDepartures({ rooms }: Parts, room: string, users: readonly string[]): Promise<void> {
  if ((await rooms.departed(room, users)).length === 0) return;
  const message = 'this person left the group and can come back only by an invitation';
  throw new ClientError('permissionDenied', { field: 'users', message });
}

/** `orphaned`: the owner whom `user` may replace. */
type Promotion = {
  readonly target: string;
  readonly role: RoomRole;
  readonly orphaned: string | undefined;
  readonly span: Span | undefined;
};

function promotion(
  roster: Roster,
  user: string,
  { target, role, orphaned, span }: Promotion,
): MemberChange | undefined {
  const membership = membershipOf(roster, user);
  const mayTakeOver = orphaned !== undefined && roster.roles.get(orphaned) === 'owner';
  if (!mayTakeOver) checkSetsRoles(membership);
  const now = roster.roles.get(target);
  if (now === undefined) throw new ClientError('notFound', { field: 'user', message: 'not a member of this group' });
  if (now === role) return undefined;
  if (now === 'owner') throw new ClientError('conflict', { message: 'make another member the owner' });
  return { event: { type: 'promoted', by: user, user: target, role }, span };
}

function membershipOf({ kind, roles }: Roster, user: string): RoomMembership {
  const role = roles.get(user);
  if (role === undefined) throw new ClientError('notFound', { message: 'no such room' });
  return { kind, role };
}
