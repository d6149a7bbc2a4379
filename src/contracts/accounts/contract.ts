import { z } from 'zod';
import { hasInvisible, hasPiledMarks, isVisible } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { ROLES } from '../roles.ts';

export const userId = z.string().min(1).max(40);
/** A person's name for mentions and sign-in, stored in lower case. */
export const handle = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._-]{1,29}$/,
    'must be 2 to 30 of a-z, 0-9, ".", "_" or "-", and start with a letter or digit',
  );
const email = z.email().max(254).toLowerCase();
const password = z.string().min(10, 'must have at least 10 characters').max(128);
const displayName = z
  .string()
  .trim()
  .max(60)
  .refine((name) => !hasInvisible(name), 'must not contain invisible characters')
  .refine((name) => !hasPiledMarks(name), 'must not have too many marks on a letter')
  .refine(isVisible, 'must not be empty');
const role = z.enum(ROLES);
const time = z.number().int();
const inviteCode = z.string().min(8).max(64);
const nothing = z.object({});

/** A person, as others see them. */
export const profile = z.object({
  id: userId,
  handle: z.string(),
  displayName: z.string(),
  /** Changes with the picture, which is at `/files/avatars/<avatar>`. Null: show initials. */
  avatar: z.string().nullable(),
  role,
  disabled: z.boolean(),
});
export type Profile = z.infer<typeof profile>;

/**
 * Who may add a person to groups and open a chat with them: `known` means people who already share a chat with them.
 */
const addedBy = z.enum(['anyone', 'known']);

export const me = profile.extend({ email: z.string().nullable(), device: z.string(), addedBy });
export type Me = z.infer<typeof me>;

export const device = z.object({
  id: z.string(),
  current: z.boolean(),
  /** From the User-Agent: "Chrome on Linux". */
  label: z.string(),
  address: z.string(),
  createdAt: time,
  lastSeenAt: time,
});
export type Device = z.infer<typeof device>;

export const invite = z.object({
  code: inviteCode,
  role,
  createdBy: userId.nullable(),
  expiresAt: time.nullable(),
  /** Null: unlimited. */
  usesLeft: z.number().int().nullable(),
});
export type Invite = z.infer<typeof invite>;

export const accountsContract = {
  status: defineOperation({
    name: 'accounts.status',
    summary: 'The registration mode of this installation, and whether anyone has registered yet.',
    access: 'anyone',
    input: nothing,
    output: z.object({ registration: z.enum(['open', 'invite', 'closed']), hasOwner: z.boolean() }),
  }),
  inviteInfo: defineOperation({
    name: 'accounts.inviteInfo',
    summary: 'The role and creator of an invitation code; 410 when it is used up, expired or revoked.',
    access: 'anyone',
    input: z.object({ code: inviteCode }),
    output: z.object({ role, invitedBy: z.string().nullable() }),
  }),
  register: defineOperation({
    name: 'accounts.register',
    summary: 'Creates an account and signs it in.',
    access: 'anyone',
    httpOnly: true,
    input: z.object({
      handle,
      displayName: displayName.optional(),
      email: email.optional(),
      password,
      invite: inviteCode.optional(),
    }),
    output: me,
  }),
  signIn: defineOperation({
    name: 'accounts.signIn',
    summary: 'Signs in by handle or email and password.',
    access: 'anyone',
    httpOnly: true,
    input: z.object({ login: z.string().trim().min(1).max(254), password: z.string().min(1).max(128) }),
    output: me,
  }),
  signOut: defineOperation({
    name: 'accounts.signOut',
    summary: 'Signs this device out.',
    access: 'user',
    httpOnly: true,
    input: nothing,
    output: nothing,
  }),
  me: defineOperation({
    name: 'accounts.me',
    summary: 'The signed-in person.',
    access: 'user',
    input: nothing,
    output: me,
  }),
  updateProfile: defineOperation({
    name: 'accounts.updateProfile',
    summary:
      'Changes display name or email, or who may add the person to chats. The picture is sent to POST /api/v1/accounts.avatar as raw bytes.',
    access: 'user',
    input: z.object({
      displayName: displayName.optional(),
      email: email.nullable().optional(),
      addedBy: addedBy.optional(),
    }),
    output: me,
  }),
  removeAvatar: defineOperation({
    name: 'accounts.removeAvatar',
    summary: 'Removes the picture; initials are shown instead.',
    access: 'user',
    input: nothing,
    output: me,
  }),
  changePassword: defineOperation({
    name: 'accounts.changePassword',
    summary: 'Changes the password and signs all other devices out; the response sets a new cookie for this one.',
    access: 'user',
    httpOnly: true,
    input: z.object({ current: z.string().min(1).max(128), next: password }),
    output: nothing,
  }),
  devices: defineOperation({
    name: 'accounts.devices',
    summary: "The person's signed-in devices, newest first.",
    access: 'user',
    input: nothing,
    output: z.object({ devices: z.array(device) }),
  }),
  signOutDevice: defineOperation({
    name: 'accounts.signOutDevice',
    summary: 'Signs one of the devices out and closes its live connections at once.',
    access: 'user',
    input: z.object({ device: z.string().min(1).max(64) }),
    output: nothing,
  }),
  profiles: defineOperation({
    name: 'accounts.profiles',
    summary: 'Profiles by id; unknown ids are left out.',
    access: 'user',
    input: z.object({ users: z.array(userId).max(200) }),
    output: z.object({ profiles: z.array(profile) }),
  }),
  findPeople: defineOperation({
    name: 'accounts.findPeople',
    summary: 'People whose handle or display name contains the text; all, by name, when it is empty.',
    access: 'user',
    input: z.object({ text: z.string().trim().max(60), after: z.string().max(60).optional() }),
    output: z.object({ profiles: z.array(profile), next: z.string().nullable() }),
  }),
  presence: defineOperation({
    name: 'accounts.presence',
    summary: 'Who of these people is online, and when the others were last seen (ms; null: never).',
    access: 'user',
    input: z.object({ users: z.array(userId).max(200) }),
    output: z.object({
      presence: z.array(z.object({ user: userId, online: z.boolean(), lastSeenAt: time.nullable() })),
    }),
  }),
  createInvite: defineOperation({
    name: 'accounts.createInvite',
    summary:
      'Creates an invitation to register, which is valid as long as its creator may invite. For admins and owners, 100 each; only the owner can invite roles above guest and member.',
    access: 'admin',
    input: z.object({
      role: z.enum(['admin', 'member', 'guest']).default('member'),
      expiresInHours: z
        .number()
        .int()
        .min(1)
        .max(24 * 365)
        .nullable()
        .default(24 * 7),
      uses: z.number().int().min(1).max(10_000).nullable().default(1),
    }),
    output: invite,
  }),
  invites: defineOperation({
    name: 'accounts.invites',
    summary: 'Valid invitations.',
    access: 'admin',
    input: nothing,
    output: z.object({ invites: z.array(invite) }),
  }),
  revokeInvite: defineOperation({
    name: 'accounts.revokeInvite',
    summary: 'Revokes an invitation.',
    access: 'admin',
    input: z.object({ code: inviteCode }),
    output: nothing,
  }),
  setRole: defineOperation({
    name: 'accounts.setRole',
    summary: "Changes a person's role. Only the owner can appoint or remove admins; there is always one owner.",
    access: 'admin',
    input: z.object({ user: userId, role: z.enum(['admin', 'member', 'guest']) }),
    output: profile,
  }),
  setDisabled: defineOperation({
    name: 'accounts.setDisabled',
    summary: 'Disables an account (its live connections are closed at once) or enables it again.',
    access: 'admin',
    input: z.object({ user: userId, disabled: z.boolean() }),
    output: profile,
  }),
} as const;
