import { ClientError } from '../../core/errors.ts';
import { RecentMap } from '../../core/limits/recent-map.ts';
import type { RoomMembership, RoomStore } from './room-store.ts';

const KEPT = 50_000;

/**
 * Memberships and roles, cached for recently active people: sending a message does not query the database. Whatever
 * changes members must call `forget` once the change is committed.
 */
export class Memberships {
  readonly #rooms: Pick<RoomStore, 'membership'>;
  readonly #known = new RecentMap<RoomMembership>(KEPT);
  readonly #loading = new Map<string, Promise<RoomMembership | undefined>>();

  constructor(rooms: Pick<RoomStore, 'membership'>) {
    this.#rooms = rooms;
  }

  /** The cached value: undefined does not mean that the person is not a member. */
  known(room: string, user: string): RoomMembership | undefined {
    return this.#known.get(keyOf(room, user));
  }

  /** Undefined if the person is not a member. Concurrent callers share one read. */
  async find(room: string, user: string): Promise<RoomMembership | undefined> {
    const key = keyOf(room, user);
    return this.#known.get(key) ?? this.#loading.get(key) ?? this.#load(key, this.#rooms.membership(room, user));
  }

  /** Throws `notFound` for non-members: to them the room does not exist (CH2). */
  async require(room: string, user: string): Promise<RoomMembership> {
    const membership = await this.find(room, user);
    if (membership === undefined) throw new ClientError('notFound', { message: 'no such room' });
    return membership;
  }

  forget(room: string, users: readonly string[]): void {
    for (const user of users) {
      this.#known.delete(keyOf(room, user));
      this.#loading.delete(keyOf(room, user));
    }
  }

  /** All concurrent callers wait for this promise, and so continue in call order. */
  #load(key: string, reading: Promise<RoomMembership | undefined>): Promise<RoomMembership | undefined> {
    const loading = reading
      .then((membership) => {
        // A value forgotten meanwhile may have been read before the change.
        if (this.#loading.get(key) === loading && membership !== undefined) this.#known.set(key, membership);
        return membership;
      })
      .finally(() => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
      });
    this.#loading.set(key, loading);
    return loading;
  }
}

function keyOf(room: string, user: string): string {
  return `${room}\n${user}`;
}
