import { RecentMap } from '../../core/limits/recent-map.ts';

/** A person's typing is published in a room at most this often, in ms; screens show it for 5 s. */
const PUBLISH_INTERVAL_MS = 2_000;
const TYPISTS_KEPT = 10_000;

/** When typing was last published, per person and room, so that not every key press is. */
export class TypingThrottle {
  readonly #toldAt = new RecentMap<number>(TYPISTS_KEPT);

  /** Whether typing should be published now, in ms since 1970; if so, it counts as published. */
  mayTell(room: string, user: string, now: number): boolean {
    const typist = keyOf(room, user);
    if (Math.abs(now - (this.#toldAt.get(typist) ?? Number.NEGATIVE_INFINITY)) < PUBLISH_INTERVAL_MS) return false;
    this.#toldAt.set(typist, now);
    return true;
  }

  /** The person's message was sent, which clears the indicator on screens: the next typing is published. */
  said(room: string, user: string): void {
    this.#toldAt.delete(keyOf(room, user));
  }
}

function keyOf(room: string, user: string): string {
  return `${room}\n${user}`;
}
