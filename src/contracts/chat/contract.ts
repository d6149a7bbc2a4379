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
/** Chosen by the sender, unique for each message of theirs: makes a resend idempotent. */
const messageKey = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8 to 64 of A-Z, a-z, 0-9, "_" or "-"');
const text = z
  .string()
  .max(MESSAGE_LIMIT, `must have at most ${MESSAGE_LIMIT} characters`)
  .refine(isVisible, 'must not be empty')
  // What a database or another client would change on the way is refused, so that a resend compares equal.
  .refine((value) => !/\p{Cs}/u.test(value) && !value.includes('\0'), 'must be valid text');
const emoji = z
  .string()
  .max(32)
  .regex(/^\p{RGI_Emoji}$/v, 'must be one emoji');
const inviteCode = z.string().min(8).max(64);
const nothing = z.object({});

export const roomRole = z.enum(['owner', 'admin', 'member']);
const roomKind = z.enum(['group', 'direct']);

/** A message with all that happened to it since. A recalled one keeps its place with an empty text. */
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

/** What stands in a timeline: a message, or a line that says what happened to the room. */
export const timelineEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), message }),
  z.object({ kind: z.literal('notice'), offset, at: time, event: roomNotice }),
]);
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const historyPage = z.object({
  entries: z.array(timelineEntry),
  hasBefore: z.boolean(),
  hasAfter: z.boolean(),
  /** The channel's position: all up to here is folded into the entries. */
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
  /** The other person of a direct chat; oneself in the one with oneself (notes). */
  peer: userId.nullable(),
  memberCount: z.number().int(),
  role: roomRole,
  /** The channel's position: all up to here is counted in, live publications go on from here. */
  top: readOffset,
  /** Everything up to here has been read, on whichever device. */
  readOffset,
  /** Messages of others after `readOffset` up to `top`; counts to 100 (show "99+"). */
  unread: z.number().int(),
  /** For the list: only the first 200 characters of its text. */
  lastMessage: message.omit({ replyTo: true, reactions: true }).nullable(),
  /** Sort key: time of the last message, or of joining. */
  activeAt: time,
});
export type RoomSummary = z.infer<typeof roomSummary>;

export const member = z.object({ user: userId, role: roomRole, joinedAt: time });
export type Member = z.infer<typeof member>;

/** Has read the messages after `joinedOffset` (they came later than the others) up to `offset`. */
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
    summary: 'What this installation allows in chats, and the time on its clock.',
    access: 'user',
    input: nothing,
    output: z.object({
      /** How long after sending it an own message can be recalled; 0: never. */
      recallSeconds: z.number().int(),
      /** For those whose own clock is wrong. */
      now: time,
    }),
  }),
  rooms: defineOperation({
    name: 'chat.rooms',
    summary: "The person's rooms, most recently active first, 100 a page.",
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
    summary: "A room's members by joining, 200 a page.",
    access: 'user',
    input: room.extend({ after: z.string().max(80).optional() }),
    output: z.object({ members: z.array(member), next: z.string().nullable() }),
  }),
  createGroup: defineOperation({
    name: 'chat.createGroup',
    summary: 'Makes a group with these members; the caller owns it.',
    access: 'user',
    input: z.object({ title, members: z.array(userId).max(499).default([]), key: messageKey }),
    output: roomSummary,
  }),
  openDirect: defineOperation({
    name: 'chat.openDirect',
    summary:
      'The direct chat with a person, made when there is none yet. By id or handle; the own one gives a place for notes.',
    access: 'user',
    input: z.union([z.object({ user: userId }), z.object({ handle: z.string().min(1).max(60) })]),
    output: roomSummary,
  }),
  rename: defineOperation({
    name: 'chat.rename',
    summary: 'Gives a group another title. Its owner and admins.',
    access: 'user',
    input: room.extend({ title }),
    output: nothing,
  }),
  removeAvatar: defineOperation({
    name: 'chat.removeAvatar',
    summary: "Takes a group's picture away. Its owner and admins.",
    access: 'user',
    input: room,
    output: nothing,
  }),
  addMembers: defineOperation({
    name: 'chat.addMembers',
    summary: 'Brings people into a group. Its owner and admins.',
    access: 'user',
    input: room.extend({ users: z.array(userId).min(1).max(100) }),
    output: nothing,
  }),
  removeMember: defineOperation({
    name: 'chat.removeMember',
    summary:
      'Takes a person out of a group; their live connections leave it at once, and older invitations do not bring them back. Only those of a lower role.',
    access: 'user',
    input: room.extend({ user: userId }),
    output: nothing,
  }),
  setMemberRole: defineOperation({
    name: 'chat.setMemberRole',
    summary:
      'Changes a member\'s role in the group. Its owner; "owner" hands the group over. While the owner is disabled, the group\'s admins, or its longest-standing member where there is none, and those who run the installation may name another.',
    access: 'user',
    input: room.extend({ user: userId, role: roomRole }),
    output: nothing,
  }),
  leave: defineOperation({
    name: 'chat.leave',
    summary: 'Leaves a group. Its owner hands it over first, unless alone in it.',
    access: 'user',
    input: room,
    output: nothing,
  }),
  createInvite: defineOperation({
    name: 'chat.createInvite',
    summary: 'Makes an invitation link into a group, which works while its maker may. Its owner and admins.',
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
    summary: "A group's invitations that still work. Its owner and admins.",
    access: 'user',
    input: room,
    output: z.object({ invites: z.array(roomInvite) }),
  }),
  revokeInvite: defineOperation({
    name: 'chat.revokeInvite',
    summary: 'Makes an invitation into a group worthless.',
    access: 'user',
    input: room.extend({ code: inviteCode }),
    output: nothing,
  }),
  inviteInfo: defineOperation({
    name: 'chat.inviteInfo',
    summary: 'Where an invitation leads; 410 when it is used up, expired or revoked.',
    access: 'user',
    input: z.object({ code: inviteCode }),
    output: z.object({ room: roomId, title: z.string(), memberCount: z.number().int(), joined: z.boolean() }),
  }),
  joinByInvite: defineOperation({
    name: 'chat.joinByInvite',
    summary: 'Joins the group an invitation leads to.',
    access: 'user',
    input: z.object({ code: inviteCode }),
    output: roomSummary,
  }),
  send: defineOperation({
    name: 'chat.send',
    summary: 'Sends a message. Sending again with the same key gives the first answer; with another text, 409.',
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
      'Takes an own message back within the time allowed (2 minutes by default); a tombstone stays. Owner and admins of a group: at any time, also messages of those below them.',
    access: 'user',
    input: inRoom,
    output: nothing,
  }),
  react: defineOperation({
    name: 'chat.react',
    summary: 'Puts an emoji on a message, or takes it off. At most 20 different ones and 500 in all a message.',
    access: 'user',
    input: inRoom.extend({ emoji, on: z.boolean() }),
    output: nothing,
  }),
  history: defineOperation({
    name: 'chat.history',
    summary: 'A page of the timeline, oldest first: before, after or around an offset; the newest when none is given.',
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
    summary: 'Marks everything up to the offset as read, on all devices. Never goes back.',
    access: 'user',
    input: room.extend({ offset: readOffset }),
    output: z.object({ readOffset, unread: z.number().int(), top: readOffset }),
  }),
  readers: defineOperation({
    name: 'chat.readers',
    summary:
      'From where to where each other member has read: messages after `joinedOffset`, up to `offset`. For rooms of up to 200 members.',
    access: 'user',
    input: room,
    output: z.object({ readers: z.array(reader) }),
  }),
  typing: defineOperation({
    name: 'chat.typing',
    summary: 'Tells the room that the caller is typing; holds for 5 seconds.',
    access: 'user',
    input: room,
    output: nothing,
  }),
} as const;
