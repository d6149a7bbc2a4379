import type { chatContract, RoomInvite } from '../../contracts/chat/contract.ts';
import { INVITE_LIMIT } from '../../contracts/chat/limits.ts';
import type { Input } from '../../contracts/operation.ts';
import { ClientError } from '../../core/errors.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import { randomText } from '../../core/text/random-text.ts';
import type { InviteRow } from './invite-store.ts';
import type { Parts } from './parts.ts';
import { checkManages } from './permissions.ts';
import { summaryOf } from './rooms.ts';

type InviteHandlers = Pick<
  Handlers<typeof chatContract>,
  'createInvite' | 'invites' | 'revokeInvite' | 'inviteInfo' | 'joinByInvite'
>;
type Wanted = Input<(typeof chatContract)['createInvite']>;

const HOUR_MS = 3_600_000;
/** 120 bits. */
const CODE_LENGTH = 24;

/** Operations on group invitations. */
export function inviteHandlers(parts: Parts): InviteHandlers {
  const { memberships, invites, members, people, host, rates } = parts;
  const target = async (code: string, user: string) => {
    const found = await invites.target(code, user, host.clock.now());
    const makers = found === undefined ? [] : await people.byIds([found.maker]);
    if (found === undefined || makers.length === 0)
      throw new ClientError('gone', { message: 'this invitation is used up, expired or revoked' });
    return found;
  };
  const working = async (room: string) => {
    const found = await invites.ofRoom(room, host.clock.now());
    const makers = new Set((await people.byIds(found.map((invite) => invite.created_by))).map(({ id }) => id));
    return found.filter((invite) => makers.has(invite.created_by));
  };
  return {
    createInvite: async ({ principal }, input) => {
      const { user } = principal;
      checkManages(await memberships.require(input.room, user));
      rates.invite(principal);
      const now = host.clock.now();
      if ((await working(input.room)).length >= INVITE_LIMIT) {
        throw new ClientError('limitExceeded', { message: `a group has at most ${INVITE_LIMIT} invitations` });
      }
      const invite = newInvite(input, user, now);
      await invites.add(invite);
      return roomInviteOf(invite);
    },

    invites: async ({ principal: { user } }, { room }) => {
      checkManages(await memberships.require(room, user));
      return { invites: (await working(room)).map(roomInviteOf) };
    },

    revokeInvite: async ({ principal: { user } }, { room, code }) => {
      checkManages(await memberships.require(room, user));
      await invites.revoke(room, code);
      return {};
    },

    inviteInfo: async ({ principal: { user } }, { code }) => {
      const { room, title, memberCount } = await target(code, user);
      return { room, title, memberCount, joined: (await memberships.find(room, user)) !== undefined };
    },

    joinByInvite: async ({ principal: { user } }, { code }) => {
      const { room } = await target(code, user);
      await members.change(room, [user], async ({ roles }) => {
        if (roles.has(user)) return undefined;
        // It may have been used up or revoked since.
        await target(code, user);
        return { event: { type: 'joined', by: user, users: [user] }, writes: [invites.use(code)] };
      });
      return summaryOf(parts, room, user);
    },
  };
}

function newInvite({ room, expiresInHours, uses }: Wanted, user: string, now: number): InviteRow {
  return {
    code: randomText(CODE_LENGTH),
    room_id: room,
    created_by: user,
    created_at: now,
    expires_at: expiresInHours === null ? null : now + expiresInHours * HOUR_MS,
    uses_left: uses,
  };
}

function roomInviteOf({ code, room_id, created_by, expires_at, uses_left }: InviteRow): RoomInvite {
  return { code, room: room_id, createdBy: created_by, expiresAt: expires_at, usesLeft: uses_left };
}
