import { RecentMap } from '../../core/limits/recent-map.ts';

/** A person's typing is told to a room at most this often; screens hold it for 5 s. */
const TELL_EVERY_MS = 2_000;
const TYPISTS_KEPT = 10_000;

/** Who was last said to be typing when, so that a room is not told at every key. */
export class Typists {
  readonly #toldAt = new RecentMap<number>(TYPISTS_KEPT);

  /** True when the room is to be told now, in milliseconds since 1970; from then on it counts as told. */
  mayTell(room: string, user: string, now: number): boolean {
    const typist = keyOf(room, user);
    if (Math.abs(now - (this.#toldAt.get(typist) ?? Number.NEGATIVE_INFINITY)) < TELL_EVERY_MS) return false;
    this.#toldAt.set(typist, now);
    return true;
  }

  /** The person's message is there, with which screens take the sign away: the next typing is news again. */
  said(room: string, user: string): void {
    this.#toldAt.delete(keyOf(room, user));
  }
}

function keyOf(room: string, user: string): string {
  return `${room}\n${user}`;
}
