/**
 * Orders requests and events of rooms, so that it is known which events a response can include: the time of the request
 * counts, not that of the response.
 */
export class RequestTimes {
  #now = 0;
  #lastList = 0;
  /** Only later requests include the room. */
  readonly #outdated = new Map<string, number>();
  readonly #exits = new Map<string, number>();

  /** A request goes out now. */
  start(): number {
    this.#now += 1;
    return this.#now;
  }

  /** Like `start`, for the whole list. */
  startList(): number {
    this.#lastList = this.start();
    return this.#lastList;
  }

  /** Whether a list requested later is pending, or has arrived. */
  isSuperseded(askedAt: number): boolean {
    return askedAt < this.#lastList;
  }

  /** Something has happened in the room that only later responses include. */
  outdate(room: string, since = this.start()): void {
    this.#outdated.set(room, since);
  }

  /** Events that arrived while an older list was loaded may be included in the newest list only. */
  outdateUntilList(room: string): void {
    this.outdate(room, this.#lastList);
  }

  bringUpToDate(room: string): void {
    this.#outdated.delete(room);
  }

  isOutdated(room: string): boolean {
    return this.#outdated.has(room);
  }

  /** Whether a response to a request of that time includes everything not known otherwise. */
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

  /** Whether the person has left the room after that request. */
  hasExitedSince(room: string, askedAt: number): boolean {
    return askedAt < (this.#exits.get(room) ?? 0);
  }
}
