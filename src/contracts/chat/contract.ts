import { z } from 'zod';
import { hasInvisible, hasPiledMarks, isVisible } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { MESSAGE_LIMIT } from './limits.ts';

const roomId = z.string().min(1).max(40);
const userId = z.string().min(1).max(40);
const offset = z.number().int().min(1);
const readOffset = z.number().int().min(0);
const time = z.number().int();
const title = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line of text')
  .refine((name) => !hasInvisible(name), 'must not contain invisible characters')
  .refine((name) => !hasPiledMarks(name), 'must not have too many marks on a letter')
  .refine(isVisible, 'must not be empty');
/** Chosen by the sender, unique per message of theirs: makes a resend idempotent. */
const messageKey = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8 to 64 of A-Z, a-z, 0-9, "_" or "-"');
const text = z
  .string()
  .max(MESSAGE_LIMIT, `must have at most ${MESSAGE_LIMIT} characters`)
  .refine(isVisible, 'must not be empty')
  // Text that a database or another client would change is refused, so that a resend compares equal.
  .refine((value) => !/\p{Cs}/u.test(value) && !value.includes('\0'), 'must be valid text');
const emoji = z
  .string()
  .max(32)
  .regex(/^\p{RGI_Emoji}$/v, 'must be one emoji');
const inviteCode = z.string().min(8).max(64);
const nothing = z.object({});

export const roomRole = z.enum(['owner', 'admin', 'member']);
const roomKind = z.enum(['group', 'direct']);

/** A message in its current state. A recalled one keeps its place with an empty text. */
export const message = z.object({
  offset,
  key: z.string(),
  sender: userId,
  text: z.string(),
  sentAt: time,
  editedAt: time.nullable(),
  recalledAt: time.nullable(),
  replyTo: z
    .object({
      offset,
      sender: userId,
      /** Its first 200 characters; empty when recalled. */
      text: z.string(),
      recalled: z.boolean(),
    })
    .nullable(),
  reactions: z.array(z.object({ emoji: z.string(), users: z.array(userId) })),
});
export type Message = z.infer<typeof message>;

const notice = z.object({ at: time, by: userId });
/** `RoomNotice` of events.ts. */
const roomNotice = z.discriminatedUnion('type', [
  notice.extend({ type: z.literal('created'), kind: roomKind, title: z.string(), users: z.array(userId).readonly() }),
  notice.extend({ type: z.literal('renamed'), title: z.string() }),
  notice.extend({ type: z.literal('pictured'), avatar: z.string().nullable() }),
  notice.extend({ type: z.literal('joined'), users: z.array(userId).readonly() }),
  z.object({ at: time, type: z.literal('left'), user: userId }),
  notice.extend({ type: z.literal('removed'), user: userId }),
  notice.extend({ type: z.literal('promoted'), user: userId, role: roomRole }),
]);

/** A timeline entry: a message, or a notice about the room. */
export const timelineEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), message }),
  z.object({ kind: z.literal('notice'), offset, at: time, event: roomNotice }),
]);
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const historyPage = z.object({
  entries: z.array(timelineEntry),
  hasBefore: z.boolean(),
  hasAfter: z.boolean(),
  /** The channel's position: everything up to here is included in the entries. */
  top: readOffset,
  epoch: z.string(),
});
export type HistoryPage = z.infer<typeof historyPage>;

export const roomSummary = z.object({
  id: roomId,
  kind: roomKind,
  /** '' for a direct chat: show the other person. */
  title: z.string(),
  avatar: z.string().nullable(),
  /** The other person of a direct chat; oneself in one's notes. */
  peer: userId.nullable(),
  memberCount: z.number().int(),
  role: roomRole,
  /** The channel's position: everything up to here is included, live publications continue from here. */
  top: readOffset,
  /** The read offset, over all devices. */
  readOffset,
  /** Messages of others after `readOffset` up to `top`; at most 100 (show "99+"). */
  unread: z.number().int(),
  /** For the list: only the first 200 characters of its text. */
  lastMessage: message.omit({ replyTo: true, reactions: true }).nullable(),
  /** Sort key: time of the last message, or of joining. */
  activeAt: time,
});
export type RoomSummary = z.infer<typeof roomSummary>;

export const member = z.object({ user: userId, role: roomRole, joinedAt: time });
export type Member = z.infer<typeof member>;

/** Has read the messages after `joinedOffset` (they joined there) up to `offset`. */
export const reader = z.object({ user: userId, joinedOffset: offset, offset: readOffset });
export type Reader = z.infer<typeof reader>;

export const roomInvite = z.object({
  code: inviteCode,
  room: roomId,
  createdBy: userId,
  expiresAt: time.nullable(),
  usesLeft: z.number().int().nullable(),
});
export type RoomInvite = z.infer<typeof roomInvite>;

const room = z.object({ room: roomId });
const inRoom = room.extend({ offset });

export const chatContract = {
  settings: defineOperation({
    name: 'chat.settings',
    summary: "The chat limits of this installation, and the server's time.",
    access: 'user',
    input: nothing,
    output: z.object({
      /** How long after sending an own message can be recalled, in ms; 0: never. */
      recallSeconds: z.number().int(),
      /** For clients whose clock is wrong. */
      now: time,
    }),
  }),
  rooms: defineOperation({
    name: 'chat.rooms',
    summary: "The person's rooms, most recently active first, 100 per page.",
    access: 'user',
    input: z.object({ after: z.string().max(80).optional() }),
    output: z.object({ rooms: z.array(roomSummary), next: z.string().nullable() }),
  }),
  room: defineOperation({
    name: 'chat.room',
    summary: 'One room, as in the list.',
    access: 'user',
    input: room,
    output: roomSummary,
  }),
  members: defineOperation({
    name: 'chat.members',
    summary: "A room's members by join time, 200 per page.",
    access: 'user',
    input: room.extend({ after: z.string().max(80).optional() }),
    output: z.object({ members: z.array(member), next: z.string().nullable() }),
  }),
  createGroup: defineOperation({
    name: 'chat.createGroup',
    summary: 'Creates a group with these members; the caller owns it.',
    access: 'user',
    input: z.object({ title, members: z.array(userId).max(499).default([]), key: messageKey }),
    output: roomSummary,
  }),
  openDirect: defineOperation({
    name: 'chat.openDirect',
    summary: "The direct chat with a person, created if needed. By id or handle; one's own gives a chat for notes.",
    access: 'user',
    input: z.union([z.object({ user: userId }), z.object({ handle: z.string().min(1).max(60) })]),
    output: roomSummary,
  }),
  rename: defineOperation({
    name: 'chat.rename',
    summary: "Changes a group's title. For its owner and admins.",
    access: 'user',
    input: room.extend({ title }),
    output: nothing,
  }),
  removeAvatar: defineOperation({
    name: 'chat.removeAvatar',
    summary: "Removes a group's picture. For its owner and admins.",
    access: 'user',
    input: room,
    output: nothing,
  }),
  addMembers: defineOperation({
    name: 'chat.addMembers',
    summary: 'Adds people to a group. For its owner and admins.',
    access: 'user',
    input: room.extend({ users: z.array(userId).min(1).max(100) }),
    output: nothing,
  }),
  removeMember: defineOperation({
    name: 'chat.removeMember',
    summary:
      'Removes a person from a group; their live connections are unsubscribed at once, and earlier invitations do not let them return. Only for members of a lower role.',
    access: 'user',
    input: room.extend({ user: userId }),
    output: nothing,
  }),
  setMemberRole: defineOperation({
    name: 'chat.setMemberRole',
    summary:
      'Changes a member\'s role. For the owner; "owner" transfers the group. While the owner is disabled, the group\'s admins, or its longest-standing member if there are none, and installation admins who are members can appoint another.',
    access: 'user',
    input: room.extend({ user: userId, role: roomRole }),
    output: nothing,
  }),
  leave: defineOperation({
    name: 'chat.leave',
    summary: 'Leaves a group. Its owner must transfer it first, unless alone in it.',
    access: 'user',
    input: room,
    output: nothing,
  }),
  createInvite: defineOperation({
    name: 'chat.createInvite',
    summary: 'Creates an invitation link to a group, valid while its creator may invite. For its owner and admins.',
    access: 'user',
    input: room.extend({
      expiresInHours: z
        .number()
        .int()
        .min(1)
        .max(24 * 365)
        .nullable()
        .default(24 * 7),
      uses: z.number().int().min(1).max(10_000).nullable().default(null),
    }),
    output: roomInvite,
  }),
  invites: defineOperation({
    name: 'chat.invites',
    summary: "A group's valid invitations. For its owner and admins.",
    access: 'user',
    input: room,
    output: z.object({ invites: z.array(roomInvite) }),
  }),
  revokeInvite: defineOperation({
    name: 'chat.revokeInvite',
    summary: 'Revokes an invitation to a group.',
    access: 'user',
    input: room.extend({ code: inviteCode }),
    output: nothing,
  }),
  inviteInfo: defineOperation({
    name: 'chat.inviteInfo',
    summary: 'The group of an invitation; 410 when it is used up, expired or revoked.',
    access: 'user',
    input: z.object({ code: inviteCode }),
    output: z.object({ room: roomId, title: z.string(), memberCount: z.number().int(), joined: z.boolean() }),
  }),
  joinByInvite: defineOperation({
    name: 'chat.joinByInvite',
    summary: 'Joins the group of an invitation.',
    access: 'user',
    input: z.object({ code: inviteCode }),
    output: roomSummary,
  }),
  send: defineOperation({
    name: 'chat.send',
    summary: 'Sends a message. Sending again with the same key returns the first response; with another text, 409.',
    access: 'user',
    input: room.extend({ key: messageKey, text, replyTo: offset.optional() }),
    output: z.object({ offset, sentAt: time }),
  }),
  edit: defineOperation({
    name: 'chat.edit',
    summary: 'Changes the text of an own message.',
    access: 'user',
    input: inRoom.extend({ text }),
    output: nothing,
  }),
  recall: defineOperation({
    name: 'chat.recall',
    summary:
      'Recalls an own message within the time allowed (2 minutes by default); a tombstone stays. Owner and admins of a group: at any time, also messages of lower roles.',
    access: 'user',
    input: inRoom,
    output: nothing,
  }),
  react: defineOperation({
    name: 'chat.react',
    summary: 'Adds or removes a reaction. At most 20 different emoji and 500 reactions per message.',
    access: 'user',
    input: inRoom.extend({ emoji, on: z.boolean() }),
    output: nothing,
  }),
  history: defineOperation({
    name: 'chat.history',
    summary: 'A page of the timeline, oldest first: before, after or around an offset; the newest by default.',
    access: 'user',
    input: room
      .extend({
        before: offset.optional(),
        after: readOffset.optional(),
        around: offset.optional(),
        limit: z.number().int().min(1).max(100).default(50),
      })
      .refine(
        ({ before, after, around }) => [before, after, around].filter((edge) => edge !== undefined).length <= 1,
        'takes one of before, after and around',
      ),
    output: historyPage,
  }),
  read: defineOperation({
    name: 'chat.read',
    summary: 'Marks everything up to the offset as read, on all devices. The read offset never decreases.',
    access: 'user',
    input: room.extend({ offset: readOffset }),
    output: z.object({ readOffset, unread: z.number().int(), top: readOffset }),
  }),
  readers: defineOperation({
    name: 'chat.readers',
    summary:
      'What each other member has read: messages after `joinedOffset`, up to `offset`. For rooms of up to 200 members.',
    access: 'user',
    input: room,
    output: z.object({ readers: z.array(reader) }),
  }),
  typing: defineOperation({
    name: 'chat.typing',
    summary: 'Notifies the room that the caller is typing; valid for 5 seconds.',
    access: 'user',
    input: room,
    output: nothing,
  }),
} as const;
