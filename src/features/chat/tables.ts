import type { RoomRole } from '../../contracts/chat/events.ts';
import { EMOJI_LIMIT, REACTION_LIMIT } from '../../contracts/chat/limits.ts';
import type { Migration } from '../../core/operations/feature.ts';

/**
 * The tables of chat. Rooms, members, messages, reactions and notices are the fold of the rooms' logs and change only
 * through `projection.ts`, in the publications' own transactions; columns that are not in the log are marked. Times are
 * milliseconds since 1970, UTC; offsets are positions in the room's channel.
 */
export type ChatTables = {
  readonly chat_rooms: {
    readonly id: string;
    readonly kind: 'group' | 'direct';
    readonly title: string;
    readonly avatar: string | null;
    /** Not in the log: makes creating a group idempotent. `<user>:<key>`, or `default` for the one everyone joins. */
    readonly creation_key: string | null;
    /** The two people of a direct chat, the lower id first; null in groups. */
    readonly direct_low: string | null;
    readonly direct_high: string | null;
    readonly member_count: number;
    /** Not in the log: incremented with each change of members or invitations; see `member-changes.ts`. */
    readonly members_version: number;
    /** Offset of the last publication applied. */
    readonly top: number;
    readonly last_message: number | null;
    readonly active_at: number;
  };
  readonly chat_members: {
    readonly room_id: string;
    readonly user_id: string;
    readonly role: RoomRole;
    readonly joined_at: number;
    readonly joined_offset: number;
    /** Not in the log: starts at `joined_offset` and only grows. */
    readonly read_offset: number;
  };
  readonly chat_messages: {
    readonly room_id: string;
    readonly message_offset: number;
    readonly message_key: string;
    readonly sender: string;
    /** '' when recalled. */
    readonly text: string;
    readonly sent_at: number;
    readonly edited_at: number | null;
    readonly recalled_at: number | null;
    readonly reply_to: number | null;
    readonly emoji_count: number;
    readonly reaction_count: number;
  };
  readonly chat_reactions: {
    readonly room_id: string;
    readonly message_offset: number;
    readonly emoji: string;
    readonly user_id: string;
    readonly reaction_offset: number;
    /** The first reaction with this emoji on the message: screens sort emoji by it. */
    readonly emoji_offset: number;
  };
  /** Notices between messages: what happened to the room itself. */
  readonly chat_notices: {
    readonly room_id: string;
    readonly notice_offset: number;
    /** A `RoomNotice` as JSON. */
    readonly event: string;
  };
  /** Who was removed from a group, and when last: earlier invitations do not let them return. */
  readonly chat_removals: {
    readonly room_id: string;
    readonly user_id: string;
    readonly removed_at: number;
  };
  /** Who left a group by themselves, and has not returned. */
  readonly chat_departures: {
    readonly room_id: string;
    readonly user_id: string;
    readonly left_at: number;
  };
  /** Not in the log: everyone who reads a code could use it. */
  readonly chat_invites: {
    readonly code: string;
    readonly room_id: string;
    readonly created_by: string;
    readonly created_at: number;
    readonly expires_at: number | null;
    readonly uses_left: number | null;
  };
};

/** Plain enough for SQLite, Postgres and MySQL alike. */
export const CHAT_MIGRATIONS: readonly Migration[] = [
  {
    id: 'chat-0001-rooms',
    statements: [
      `CREATE TABLE chat_rooms (
        id VARCHAR(40) NOT NULL PRIMARY KEY,
        kind VARCHAR(10) NOT NULL,
        title VARCHAR(80) NOT NULL,
        avatar VARCHAR(64),
        creation_key VARCHAR(120) UNIQUE,
        direct_low VARCHAR(40),
        direct_high VARCHAR(40),
        member_count INTEGER NOT NULL CHECK (member_count >= 0),
        members_version INTEGER NOT NULL,
        top BIGINT NOT NULL,
        last_message BIGINT,
        active_at BIGINT NOT NULL,
        UNIQUE (direct_low, direct_high)
      )`,
      `CREATE TABLE chat_members (
        room_id VARCHAR(40) NOT NULL,
        user_id VARCHAR(40) NOT NULL,
        role VARCHAR(10) NOT NULL,
        joined_at BIGINT NOT NULL,
        joined_offset BIGINT NOT NULL,
        read_offset BIGINT NOT NULL,
        PRIMARY KEY (room_id, user_id)
      )`,
      'CREATE INDEX chat_members_by_user ON chat_members (user_id, room_id)',
      'CREATE INDEX chat_members_by_joining ON chat_members (room_id, joined_offset, user_id)',
      // The database refuses a reply to a missing message: checking first would cost each reply a read.
      `CREATE TABLE chat_messages (
        room_id VARCHAR(40) NOT NULL,
        message_offset BIGINT NOT NULL,
        message_key VARCHAR(64) NOT NULL,
        sender VARCHAR(40) NOT NULL,
        text TEXT NOT NULL,
        sent_at BIGINT NOT NULL,
        edited_at BIGINT,
        recalled_at BIGINT,
        reply_to BIGINT,
        emoji_count SMALLINT NOT NULL DEFAULT 0 CHECK (emoji_count <= ${EMOJI_LIMIT}),
        reaction_count SMALLINT NOT NULL DEFAULT 0 CHECK (reaction_count <= ${REACTION_LIMIT}),
        PRIMARY KEY (room_id, message_offset),
        FOREIGN KEY (room_id, reply_to) REFERENCES chat_messages (room_id, message_offset)
      )`,
      `CREATE TABLE chat_reactions (
        room_id VARCHAR(40) NOT NULL,
        message_offset BIGINT NOT NULL,
        emoji VARCHAR(64) NOT NULL,
        user_id VARCHAR(40) NOT NULL,
        reaction_offset BIGINT NOT NULL,
        emoji_offset BIGINT NOT NULL,
        PRIMARY KEY (room_id, message_offset, emoji, user_id)
      )`,
      `CREATE TABLE chat_notices (
        room_id VARCHAR(40) NOT NULL,
        notice_offset BIGINT NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (room_id, notice_offset)
      )`,
      `CREATE TABLE chat_invites (
        code VARCHAR(64) NOT NULL PRIMARY KEY,
        room_id VARCHAR(40) NOT NULL,
        created_by VARCHAR(40) NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        uses_left INTEGER CHECK (uses_left >= 0)
      )`,
      'CREATE INDEX chat_invites_by_room ON chat_invites (room_id, created_at)',
    ],
  },
  {
    id: 'chat-0002-removals',
    statements: [
      `CREATE TABLE chat_removals (
        room_id VARCHAR(40) NOT NULL,
        user_id VARCHAR(40) NOT NULL,
        removed_at BIGINT NOT NULL,
        PRIMARY KEY (room_id, user_id)
      )`,
    ],
  },
  {
    id: 'chat-0003-departures',
    statements: [
      `CREATE TABLE chat_departures (
        room_id VARCHAR(40) NOT NULL,
        user_id VARCHAR(40) NOT NULL,
        left_at BIGINT NOT NULL,
        PRIMARY KEY (room_id, user_id)
      )`,
    ],
  },
];
