/**
 * What chat publishes.
 *
 * `room:<id>`: the room's durable log. Everything that happens in a room is a `RoomEvent` there, in one order;
 * messages and their state are folded from it (`state.ts`). Members are put into it by the server.
 * `live:<id>`: what is only of interest now (typing, reading), no history; clients subscribe while a room is open.
 * `user:<id>` (accounts): `UserRoomEvent`s tell all of a person's devices what changed for them alone.
 */
export type RoomRole = 'owner' | 'admin' | 'member';

export type RoomNotice = { readonly at: number } & RoomNoticeBody;

/** Each carries its own time (ms, the server's clock), because official clients do not hand on a publication's. */
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

/** What happened to the room itself; stands in the timeline as a line between the messages. */
export type RoomNoticeBody =
  /** Always the first publication. `users` are all first members, `by` among them; in a group `by` owns it. */
  | {
      readonly type: 'created';
      readonly by: string;
      readonly kind: 'group' | 'direct';
      readonly title: string;
      readonly users: readonly string[];
    }
  | { readonly type: 'renamed'; readonly by: string; readonly title: string }
  | { readonly type: 'pictured'; readonly by: string; readonly avatar: string | null }
  /** Brought in by `by`; by an invitation when `by` is the one who joins. */
  | { readonly type: 'joined'; readonly by: string; readonly users: readonly string[] }
  | { readonly type: 'left'; readonly user: string }
  | { readonly type: 'removed'; readonly by: string; readonly user: string }
  /** Has another role now. Who becomes the owner takes over from the last one, who goes on as admin and need not be `by`. */
  | { readonly type: 'promoted'; readonly by: string; readonly user: string; readonly role: RoomRole };

export type LiveEvent =
  | { readonly type: 'typing'; readonly user: string }
  | { readonly type: 'read'; readonly user: string; readonly offset: number };

export type UserRoomEvent =
  | { readonly type: 'room.entered'; readonly room: string }
  | { readonly type: 'room.exited'; readonly room: string }
  /** `unread` counts what the room had up to `top`. Two of them may overtake each other: the greater offset holds. */
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
