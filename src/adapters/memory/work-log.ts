import type {
  DeadLetter,
  DeadLetterRange,
  Failure,
  LaneSize,
  Lease,
  Leased,
  NewWork,
  Work,
  WorkLog,
} from '../../ports/work-log.ts';

type Entry = Work & { readonly dueAt: number; readonly death?: { readonly at: number; readonly reason: string } };

/** Work in the memory of this process. */
export class MemoryWorkLog implements WorkLog {
  /** In order of addition. */
  readonly #entries = new Map<string, Entry>();
  /** Until when a lane's first work is leased. */
  readonly #leased = new Map<string, number>();
  #lastId = 0;

  async add(works: readonly NewWork[]): Promise<readonly string[]> {
    return works.map((work) => {
      this.#lastId += 1;
      const id = String(this.#lastId);
      this.#entries.set(id, { ...work, id, attempts: 0, dueAt: 0 });
      return id;
    });
  }

  async lease({ queue, now, until, limit }: Lease): Promise<Leased> {
    const works: Work[] = [];
    let nextAt: number | undefined;
    for (const entry of this.#heads(queue)) {
      const freeAt = Math.max(entry.dueAt, this.#leased.get(laneOf(entry)) ?? 0);
      const isDue = freeAt <= now && works.length < limit;
      nextAt = Math.min(nextAt ?? until, isDue ? until : Math.max(freeAt, now));
      if (!isDue) continue;
      this.#leased.set(laneOf(entry), until);
      works.push(workOf(entry));
    }
    return { works, nextAt };
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#free(id);
      this.#entries.delete(id);
    }
  }

  async fail(id: string, failure: Failure): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#free(id);
    const attempts = entry.attempts + 1;
    const { at } = failure;
    const fate = failure.kind === 'retry' ? { dueAt: at } : { death: { at, reason: failure.reason } };
    this.#entries.set(id, { ...entry, attempts, ...fate });
  }

  async revive(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry?.death === undefined) continue;
      const { death: _, ...rest } = entry;
      this.#entries.set(id, { ...rest, attempts: 0, dueAt: 0 });
    }
  }

  async deadLetters({ after, limit, oldestFirst = false }: DeadLetterRange): Promise<readonly DeadLetter[]> {
    const dead = [...this.#entries.values()].flatMap((entry) => letterOf(entry) ?? []);
    if (!oldestFirst) dead.reverse();
    const start = after === undefined ? 0 : dead.findIndex(({ id }) => isBehind(id, after, oldestFirst));
    return start < 0 ? [] : dead.slice(start, start + limit);
  }

  async deadLetter(id: string): Promise<(DeadLetter & { readonly data: string }) | undefined> {
    const entry = this.#entries.get(id);
    const letter = entry && letterOf(entry);
    return entry && letter && { ...letter, data: entry.data };
  }

  async sizes(): Promise<readonly LaneSize[]> {
    const sizes = new Map<string, LaneSize>();
    for (const entry of this.#entries.values()) {
      const { queue, lane } = entry;
      const dead = entry.death !== undefined;
      const key = `${dead}\n${laneOf(entry)}`;
      const { works, bytes } = sizes.get(key) ?? { works: 0, bytes: 0 };
      sizes.set(key, { queue, lane, dead, works: works + 1, bytes: bytes + bytesOf(entry) });
    }
    return [...sizes.values()];
  }

  /** The first work of each lane. A revived one keeps its place: the map keeps the order of addition. */
  #heads(queue: string): Iterable<Entry> {
    const heads = new Map<string, Entry>();
    for (const entry of this.#entries.values()) {
      const isWaiting = entry.queue === queue && entry.death === undefined;
      if (isWaiting && !heads.has(entry.lane)) heads.set(entry.lane, entry);
    }
    return heads.values();
  }

  #free(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined && entry.death === undefined) this.#leased.delete(laneOf(entry));
  }
}

function workOf({ id, queue, lane, time, data, attempts }: Entry): Work {
  return { id, queue, lane, time, data, attempts };
}

function letterOf(entry: Entry): DeadLetter | undefined {
  const { id, queue, lane, time, attempts, death } = entry;
  if (death === undefined) return undefined;
  return { id, queue, lane, time, attempts, failedAt: death.at, reason: death.reason, bytes: bytesOf(entry) };
}

function isBehind(id: string, after: string, oldestFirst: boolean): boolean {
  return oldestFirst ? Number(id) > Number(after) : Number(id) < Number(after);
}

function laneOf({ queue, lane }: NewWork): string {
  return `${queue}\n${lane}`;
}

function bytesOf({ data }: NewWork): number {
  return new TextEncoder().encode(data).length;
}
