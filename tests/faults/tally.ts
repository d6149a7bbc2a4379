/** The time after which something is overdue, even on a busy machine. */
export const GIVE_UP_MS = 30_000;

/** Counts events, and lets callers wait for the next ones. */
export class Tally {
  readonly #waiting = new Set<{ missing: number; readonly resolve: () => void }>();

  add(): void {
    for (const waiting of this.#waiting) {
      waiting.missing -= 1;
      if (waiting.missing > 0) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  /** Resolves as soon as this many more have happened. */
  next(count: number): Promise<void> {
    return inTime(
      `${count} more events`,
      new Promise<void>((resolve) => this.#waiting.add({ missing: count, resolve })),
    );
  }
}

/** Rejects if the promise is overdue. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${GIVE_UP_MS / 1_000} s`)), GIVE_UP_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Polls until the condition holds; rejects when overdue. */
export async function until(what: string, isIt: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  while (!(await isIt())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${GIVE_UP_MS / 1_000} s`);
    await Bun.sleep(5);
  }
}
