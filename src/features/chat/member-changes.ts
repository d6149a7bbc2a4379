import type { RoomEvent, RoomNoticeBody } from '../../contracts/chat/events.ts';
import { ClientError } from '../../core/errors.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';
import type { Write } from '../../ports/log.ts';
import type { Span } from '../../ports/traces.ts';
import type { Announcements } from './announcements.ts';
import { Lanes } from './lanes.ts';
import type { Memberships } from './memberships.ts';
import type { RoomLog } from './room-log.ts';
import type { RoomStore, Roster } from './room-store.ts';

export type MemberEvent = Extract<RoomNoticeBody, { type: 'joined' | 'left' | 'removed' | 'promoted' }>;
export type MemberChange = {
  readonly event: MemberEvent;
  readonly writes?: readonly Write[];
  /** The parent span, if traced. */
  readonly span?: Span | undefined;
};

/** Returns what to do with the room's current state, or undefined for nothing; throws `ClientError` to refuse. */
export type Decide = (roster: Roster) => MemberChange | undefined | Promise<MemberChange | undefined>;

type Parts = {
  readonly host: Pick<FeatureHost, 'clock'>;
  readonly rooms: RoomStore;
  readonly log: RoomLog;
  readonly memberships: Memberships;
  readonly announcements: Announcements;
};

/** Another node may win as often as it has changes waiting in its own lane. */
const ATTEMPTS = 50;
// NULL in a NOT NULL column refuses the whole publication: the members have changed since the decision.
const STILL_AT =
  'UPDATE chat_rooms SET members_version = CASE WHEN members_version = ? THEN members_version + 1 ELSE NULL END WHERE id = ?';

/**
 * Changes a room's members one change at a time, so that each is decided on current members (there is always one owner;
 * an invitation is not overused). A lane keeps the order on this node; if another node changes the same room, the
 * room's version in the database refuses the later change, and it is decided again.
 */
export class MemberChanges {
  readonly #parts: Parts;
  readonly #lanes = new Lanes();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * `users`: the people whose roles `decide` needs. Throws `notFound` if there is no such room, and what `decide`
   * throws.
   */
  change(room: string, users: readonly string[], decide: Decide): Promise<void> {
    return this.#lanes.run(room, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const roster = await this.#parts.rooms.roster(room, users);
        if (roster === undefined) throw new ClientError('notFound', { message: 'no such room' });
        const change = await decide(roster);
        if (change === undefined || (await this.#apply(roster, change))) return;
      }
      throw new ClientError('tooManyRequests', { message: 'too many people change this room at once; try again' });
    });
  }

  async #apply({ room, version, roles }: Roster, { event, writes = [], span }: MemberChange): Promise<boolean> {
    const { host, log } = this.#parts;
    const stillThere = { sql: STILL_AT, params: [version, room] };
    const dated: RoomEvent = { ...event, at: host.clock.now() };
    if (!(await log.tryPublish(room, dated, { writes: [stillThere, ...writes], span }))) return false;
    this.#act(room, event, [...roles.keys()]);
    return true;
  }

  #act(room: string, event: MemberEvent, users: readonly string[]): void {
    const { memberships, announcements } = this.#parts;
    switch (event.type) {
      case 'joined':
        return announcements.entered(room, event.users);
      case 'left':
      case 'removed':
        memberships.forget(room, [event.user]);
        return announcements.exited(room, event.user);
      case 'promoted':
        // With a new owner the last one, who is in `users` too, becomes admin.
        return memberships.forget(room, users);
      default:
        return event satisfies never;
    }
  }
}
