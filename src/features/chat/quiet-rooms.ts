import { RecentMap } from '../../core/limits/recent-map.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';
import type { Announcements } from './announcements.ts';
import type { RoomStore } from './room-store.ts';

/** How many rooms, newest activity first, a connection is subscribed to as it connects. */
export const LIVE_ROOMS = 100;

const CHECKED_KEPT = 50_000;
const CHECK_INTERVAL_MS = 60_000;

type Parts = {
  readonly host: Pick<FeatureHost, 'clock' | 'telemetry'>;
  readonly rooms: Pick<RoomStore, 'membersOfManyRooms'>;
  readonly announcements: Announcements;
};

/**
 * Subscribes members again to rooms that become active. A person with more than `LIVE_ROOMS` rooms is not subscribed to
 * the least active ones; when somebody writes there, they are. A room is checked at most once a minute: a room is
 * missed only if a hundred other rooms of the same person become active within that minute, and the next connect
 * corrects it.
 */
export class QuietRooms {
  readonly #parts: Parts;
  /** When each room was last checked. */
  readonly #heard = new RecentMap<number>(CHECKED_KEPT);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Called after a message in the room. Never fails and delays nobody. */
  heard(room: string): void {
    const { clock, telemetry } = this.#parts.host;
    const now = clock.now();
    const before = this.#heard.get(room);
    if (before !== undefined && now - before < CHECK_INTERVAL_MS) return;
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
