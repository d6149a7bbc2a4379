import { keepSchedule } from './pace.ts';
import { micros } from './payload.ts';
import type { Run } from './run.ts';

/** Clients that may connect at the same time; the wait of the others counts as their connect time. */
const CONNECTING = 500;

/** Something that can be closed. */
type Client = { close(): void };

/**
 * Connects `count` clients at the requested rate, and measures each from when it was due. Failures are counted by
 * reason, and left out. Clients that connect after the run was interrupted are closed.
 */
export async function openClients<T extends Client>(
  { options, tally, signal }: Run,
  count: number,
  open: (index: number, due: number) => Promise<T>,
): Promise<T[]> {
  const clients: T[] = [];
  const slots = new Slots(CONNECTING);
  const opening: Promise<void>[] = [];
  tally.wanted += count;
  const one = async (index: number, due: number) => {
    await slots.take();
    try {
      if (signal.aborted) return;
      const client = await open(index, due);
      if (signal.aborted) return client.close();
      tally.connecting.record(micros() - due);
      tally.connected += 1;
      clients.push(client);
    } catch (error) {
      if (!signal.aborted) tally.fail('connecting', error);
    } finally {
      slots.free();
    }
  };
  await keepSchedule({ start: micros(), count, perSecond: options['--connect-rate'], signal }, (index, due) => {
    opening.push(one(index, due));
  });
  await Promise.all(opening);
  return clients;
}

/** Limits concurrency. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  free(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

export function closeAll(clients: readonly Client[]): void {
  for (const client of clients) client.close();
}
