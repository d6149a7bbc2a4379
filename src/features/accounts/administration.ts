import type { accountsContract, Invite } from '../../contracts/accounts/contract.ts';
import type { Role } from '../../contracts/roles.ts';
import { ClientError } from '../../core/errors.ts';
import { traceFields } from '../../core/measures/tracing.ts';
import type { Handlers, UserContext } from '../../core/operations/operation.ts';
import { randomText } from '../../core/text/random-text.ts';
import type { InviteRow } from './invite-store.ts';
import type { Parts } from './parts.ts';
import { changePerson, personOf, publishProfile } from './profiles.ts';
import { profileOf, type User } from './user-store.ts';

type AdministrationHandlers = Pick<
  Handlers<typeof accountsContract>,
  'createInvite' | 'invites' | 'revokeInvite' | 'setRole' | 'setDisabled'
>;

const HOUR_MS = 3_600_000;
/** The maximum number of valid invitations per person. */
export const INVITE_LIMIT = 100;

/** Invitations, roles, and disabling of accounts. */
export function administrationHandlers(parts: Parts): AdministrationHandlers {
  const { invites, host } = parts;
  return {
    createInvite: async (context, { role, expiresInHours, uses }) => {
      if (role === 'admin') onlyOwner(context, 'role', 'only the owner can invite admins');
      const now = host.clock.now();
      if ((await invites.countOf(context.principal.user, now)) >= INVITE_LIMIT) {
        throw new ClientError('limitExceeded', { message: `a person has at most ${INVITE_LIMIT} invitations` });
      }
      const row = {
        code: randomText(20),
        role,
        created_by: context.principal.user,
        created_at: now,
        expires_at: expiresInHours === null ? null : now + expiresInHours * HOUR_MS,
        uses_left: uses,
        purpose: null,
      };
      await invites.add(row);
      return inviteOf(row);
    },

    invites: async () => ({ invites: (await invites.list(host.clock.now())).map(inviteOf) }),

    revokeInvite: async (_context, { code }) => {
      if (!(await invites.remove(code)))
        throw new ClientError('notFound', { field: 'code', message: 'no such invitation' });
      return {};
    },

    setRole: async (context, { user, role }) => {
      const person = await manageable(parts, context, user);
      if (role === 'admin') onlyOwner(context, 'role', 'only the owner can appoint admins');
      if (role === person.role) return profileOf(person);
      const changed = await changePerson(parts, person, { role });
      // Connections have the role from when they opened; they reconnect with the new one.
      parts.authentication.forget(user);
      host.channels.disconnectUser(user, 'forceReconnect');
      record(parts, context, { event: 'account.role_changed', user, role });
      return profileOf(changed);
    },

    setDisabled: async (context, { user, disabled }) => {
      const person = await manageable(parts, context, user);
      const changed = disabled ? await disable(parts, person) : await changePerson(parts, person, { disabled: 0 });
      record(parts, context, { event: disabled ? 'account.disabled' : 'account.enabled', user });
      return profileOf(changed);
    },
  };
}

/** A person the caller may manage: not the owner, not themselves, an admin only by the owner. */
async function manageable({ users }: Parts, context: UserContext, user: string): Promise<User> {
  const person = await users.byId(user);
  if (person === undefined) throw new ClientError('notFound', { field: 'user', message: 'no such person' });
  if (person.role === 'owner') {
    throw new ClientError('permissionDenied', { field: 'user', message: 'there is always one owner' });
  }
  if (user === context.principal.user) {
    throw new ClientError('permissionDenied', { field: 'user', message: 'you cannot do this to your own account' });
  }
  if (person.role === 'admin') onlyOwner(context, 'user', 'only the owner can manage admins');
  return person;
}

async function disable(parts: Parts, person: User): Promise<User> {
  if (!(await parts.devices.disable(person))) throw new ClientError('conflict');
  parts.authentication.forget(person.id);
  parts.host.channels.disconnectUser(person.id, 'forceDisconnect');
  const changed = await personOf(parts, person.id);
  await publishProfile(parts, changed);
  return changed;
}

function onlyOwner({ principal }: UserContext, field: string, message: string): void {
  if (principal.role !== 'owner') throw new ClientError('permissionDenied', { field, message });
}

function record({ host }: Parts, context: UserContext, what: { event: string; user: string; role?: Role }): void {
  const { event, user, role } = what;
  host.telemetry.record('info', event, { user, by: context.principal.user, role, ...traceFields(context.span) });
}

function inviteOf({ code, role, created_by, expires_at, uses_left }: InviteRow): Invite {
  return { code, role, createdBy: created_by, expiresAt: expires_at, usesLeft: uses_left };
}
