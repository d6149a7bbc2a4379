import type { accountsContract, Me } from '../../contracts/accounts/contract.ts';
import type { Input } from '../../contracts/operation.ts';
import { ClientError } from '../../core/errors.ts';
import { networkOf } from '../../core/limits/attempt-limits.ts';
import { traceFields } from '../../core/measures/tracing.ts';
import type { Handlers, OperationContext } from '../../core/operations/operation.ts';
import { lookOf } from '../../core/text/look-alikes.ts';
import { randomText } from '../../core/text/random-text.ts';
import { ConstraintError } from '../../ports/sql.ts';
import type { NewPerson } from './invite-store.ts';
import type { Parts } from './parts.ts';
import { checkPassword, normalisePassword } from './password-policy.ts';
import { checkName, personOf } from './people.ts';
import { publishProfile } from './profiles.ts';
import { enter, meOf, newDevice } from './sign-in.ts';
import { searchName, type User } from './user-store.ts';

type RegistrationHandlers = Pick<Handlers<typeof accountsContract>, 'status' | 'inviteInfo' | 'register'>;
type Registration = Input<(typeof accountsContract)['register']>;

/** Mentions of everybody, and names that seem official. */
const RESERVED = new Set(['all', 'everyone', 'here', 'channel', 'system', 'banyan']);
const RESERVED_LOOKS = new Set([...RESERVED].map(lookOf));

/** Registration and its modes. */
export function registrationHandlers(parts: Parts): RegistrationHandlers {
  let hasOwner = false;
  return {
    status: async () => {
      // Once there is an owner there is always one.
      hasOwner ||= await parts.users.hasOwner();
      return { registration: parts.registration, hasOwner };
    },

    inviteInfo: async (_context, { code }) => {
      const invite = await usableInvite(parts, code);
      const inviter = invite.created_by === null ? undefined : await parts.users.byId(invite.created_by);
      return { role: invite.role, invitedBy: inviter?.display_name ?? null };
    },

    register: async (context, input) => {
      const network = networkOf(context.address);
      parts.limits.registerPerAddress.take(network);
      await checkInvitation(parts, input.invite);
      // Counted per invitation: others cannot use up an invited person's attempts.
      parts.limits.registerPerHandle.take(`${input.handle} ${input.invite ?? ''}`);
      const me = await register(parts, context, input);
      // The invitation limits its own registrations.
      if (input.invite !== undefined) parts.limits.registerPerAddress.giveBack(network);
      return me;
    },
  };
}

/** Creates the one-time code to register the first owner, the same until it is used; null once there is an owner. */
export async function ownerInvite({ users, invites, host }: Parts): Promise<string | null> {
  if (await users.hasOwner()) return null;
  return (await invites.firstOwner(randomText(24), host.clock.now())) ?? null;
}

async function register(parts: Parts, context: OperationContext, input: Registration): Promise<Me> {
  const { hashing, passwords, host } = parts;
  const user = newUser(input, host.clock.now());
  const { handle, display_name: displayName, email } = user;
  checkPassword(input.password, { handle, displayName, email }, 'password');
  await checkFree(parts, user);
  const isInvited = input.invite !== undefined;
  const passwordHash = await hashing.run(() => passwords.hash(normalisePassword(input.password)), isInvited);
  const { device, token } = await newDevice(parts, context);
  const also = [parts.newcomers.pending(user.id, user.created_at)];
  await write(parts, { user, passwordHash, device, invite: input.invite, also });
  await enter(parts, context, { token, user: user.id });
  const written = (await parts.users.byId(user.id)) ?? user;
  await welcome(parts, written, context);
  return meOf(written, device.id);
}

async function checkInvitation(parts: Parts, code: string | undefined): Promise<void> {
  const { registration } = parts;
  if (code === undefined) {
    if (registration === 'open') return;
    const message = registration === 'invite' ? 'an invitation is needed to register' : 'registration is closed';
    throw new ClientError('permissionDenied', { field: 'invite', message });
  }
  const { role } = await usableInvite(parts, code);
  if (registration === 'closed' && role !== 'owner') {
    throw new ClientError('permissionDenied', { field: 'invite', message: 'registration is closed' });
  }
}

async function usableInvite({ invites, host }: Parts, code: string) {
  const invite = await invites.usable(code, host.clock.now());
  if (invite === undefined) throw inviteGone();
  return invite;
}

function newUser({ handle, displayName, email }: Registration, now: number): User {
  const display_name = displayName ?? handle;
  return {
    id: randomText(16),
    handle,
    email: email ?? null,
    display_name,
    search_name: searchName(`${display_name} ${handle}`),
    avatar: null,
    role: 'member',
    disabled: 0,
    created_at: now,
    last_seen_at: null,
    handle_look: lookOf(handle),
    added_by: 'anyone',
  };
}

/** Checked before the expensive hash; the table's constraints decide in the end. */
async function checkFree(parts: Parts, { id, handle, display_name: name, email }: User): Promise<void> {
  const { users } = parts;
  if (RESERVED.has(handle) || (await users.byHandle(handle)) !== undefined) {
    throw new ClientError('conflict', { field: 'handle', message: 'this handle is taken' });
  }
  const look = lookOf(handle);
  if (RESERVED_LOOKS.has(look) || (await users.handlesLooking([look], id)).length > 0) {
    throw new ClientError('conflict', { field: 'handle', message: "this handle looks like another person's" });
  }
  if (name !== handle) await checkName(parts, { name, user: id });
  if (email !== null && (await users.emailExists(email))) {
    throw new ClientError('conflict', { field: 'email', message: 'this email is taken' });
  }
}

async function write(parts: Parts, person: NewPerson): Promise<void> {
  try {
    await parts.invites.register(person);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    await checkFree(parts, person.user);
    throw inviteGone();
  }
}

function inviteGone(): ClientError {
  return new ClientError('gone', { field: 'invite', message: 'this invitation is used up, expired or revoked' });
}

async function welcome(parts: Parts, user: User, { span }: OperationContext): Promise<void> {
  parts.host.telemetry.record('info', 'account.registered', {
    ...{ user: user.id, role: user.role },
    ...traceFields(span),
  });
  await parts.newcomers.announce(personOf(user));
  await publishProfile(parts, user);
}
