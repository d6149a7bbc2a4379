/**
 * Publications of chat.
 *
 * `room:<id>`: the room's durable log. Everything that happens in a room is a `RoomEvent` there, in one order; messages
 * and their state are folded from it (`state.ts`). The server subscribes members. `live:<id>`: ephemeral events
 * (typing, reading) without history; clients subscribe while a room is open. `user:<id>` (accounts): `UserRoomEvent`s
 * notify a person's devices of their own changes.
 */
export type RoomRole = 'owner' | 'admin' | 'member';

export type RoomNotice = { readonly at: number } & RoomNoticeBody;

/** Each contains its own time (ms, the server's clock), because official clients do not expose a publication's. */
export type RoomEvent = { readonly at: number } & RoomEventBody;

export type RoomEventBody =
  | {
      readonly type: 'message';
      readonly sender: string;
      readonly key: string;
      readonly text: string;
      readonly replyTo?: number;
    }
  | { readonly type: 'edited'; readonly message: number; readonly by: string; readonly text: string }
  | { readonly type: 'recalled'; readonly message: number; readonly by: string }
  | {
      readonly type: 'reacted';
      readonly message: number;
      readonly by: string;
      readonly emoji: string;
      readonly on: boolean;
    }
  | RoomNoticeBody;

/** What happened to the room itself; shown in the timeline between messages. */
export type RoomNoticeBody =
  /** Always the first publication. `users` are the initial members, including `by`; in a group `by` owns it. */
  | {
      readonly type: 'created';
      readonly by: string;
      readonly kind: 'group' | 'direct';
      readonly title: string;
      readonly users: readonly string[];
    }
  | { readonly type: 'renamed'; readonly by: string; readonly title: string }
  | { readonly type: 'pictured'; readonly by: string; readonly avatar: string | null }
  /** Added by `by`; by an invitation if `by` is the one who joins. */
  | { readonly type: 'joined'; readonly by: string; readonly users: readonly string[] }
  | { readonly type: 'left'; readonly user: string }
  | { readonly type: 'removed'; readonly by: string; readonly user: string }
  /** Has another role now. A new owner replaces the old one, who becomes admin and need not be `by`. */
  | { readonly type: 'promoted'; readonly by: string; readonly user: string; readonly role: RoomRole };

export type LiveEvent =
  | { readonly type: 'typing'; readonly user: string }
  | { readonly type: 'read'; readonly user: string; readonly offset: number };

export type UserRoomEvent =
  | { readonly type: 'room.entered'; readonly room: string }
  | { readonly type: 'room.exited'; readonly room: string }
  /** `unread` is the count at `top`. Two of them may arrive in the wrong order: the larger offset wins. */
  | {
      readonly type: 'room.read';
      readonly room: string;
      readonly offset: number;
      readonly unread: number;
      readonly top: number;
    };

export function roomChannel(room: string): `room:${string}` {
  return `room:${room}`;
}

export function liveChannel(room: string): `live:${string}` {
  return `live:${room}`;
}
