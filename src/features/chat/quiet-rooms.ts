import { RecentMap } from '../../core/limits/recent-map.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';
import type { Announcements } from './announcements.ts';
import type { RoomStore } from './room-store.ts';

/** The rooms, newest activity first, that a connection is put into as it connects. */
export const LIVE_ROOMS = 100;

const HEARD_KEPT = 50_000;
const ASK_EVERY_MS = 60_000;

type Parts = {
  readonly host: Pick<FeatureHost, 'clock' | 'telemetry'>;
  readonly rooms: Pick<RoomStore, 'membersOfManyRooms'>;
  readonly announcements: Announcements;
};

/**
 * Brings back rooms that had gone quiet. Whoever is in more than `LIVE_ROOMS` rooms is not put into the quietest of
 * them; when somebody speaks there again, they are. A room is looked at once a minute at most: to be missed, a hundred
 * other rooms of the same person would have to speak within that minute, and the next connect mends it.
 */
export class QuietRooms {
  readonly #parts: Parts;
  /** When each room was looked at last. */
  readonly #heard = new RecentMap<number>(HEARD_KEPT);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Somebody spoke in the room. Never fails and keeps nobody waiting. */
  heard(room: string): void {
    const { clock, telemetry } = this.#parts.host;
    const now = clock.now();
    const before = this.#heard.get(room);
    if (before !== undefined && now - before < ASK_EVERY_MS) return;
    this.#heard.set(room, now);
    this.#wake(room).catch((error) => telemetry.record('warn', 'chat.room_not_woken', { error: String(error) }));
  }

  async #wake(room: string): Promise<void> {
    const { rooms, announcements } = this.#parts;
    let after: string | undefined = '';
    while (after !== undefined) {
      const { users, next } = await rooms.membersOfManyRooms(room, LIVE_ROOMS, after);
      announcements.woken(room, users);
      after = next;
    }
  }
}
