/**
 * Puts requests and what happens to rooms in one order, so that it is known what an answer can know: the time it was
 * asked for counts, not the time it comes.
 */
export class RequestTimes {
  #now = 0;
  #lastList = 0;
  /** Only what is asked for from then on knows the room. */
  readonly #outdated = new Map<string, number>();
  readonly #exits = new Map<string, number>();

  /** A request goes out now. */
  start(): number {
    this.#now += 1;
    return this.#now;
  }

  /** As `start`, for the whole list. */
  startList(): number {
    this.#lastList = this.start();
    return this.#lastList;
  }

  /** Whether a list that was asked for later is on its way, or was. */
  isSuperseded(askedAt: number): boolean {
    return askedAt < this.#lastList;
  }

  /** Something has happened in the room that only later answers tell. */
  outdate(room: string, since = this.start()): void {
    this.#outdated.set(room, since);
  }

  /** What came while an older list was read may be known to the newest list only. */
  outdateUntilList(room: string): void {
    this.outdate(room, this.#lastList);
  }

  bringUpToDate(room: string): void {
    this.#outdated.delete(room);
  }

  isOutdated(room: string): boolean {
    return this.#outdated.has(room);
  }

  /** Whether an answer asked for then tells all that is not told otherwise. */
  knows(room: string, askedAt: number): boolean {
    return askedAt >= (this.#outdated.get(room) ?? 0);
  }

  enter(room: string): void {
    this.#exits.delete(room);
  }

  exit(room: string): void {
    this.#outdated.delete(room);
    this.#exits.set(room, this.start());
  }

  /** Whether the person has left the room after that was asked for. */
  hasExitedSince(room: string, askedAt: number): boolean {
    return askedAt < (this.#exits.get(room) ?? 0);
  }
}
