import type { OutboxItem, OutboxStorage } from './outbox-storage.ts';

/** The result of sending. `later`: unknown, or the server is overloaded; the same key is sent again. */
export type SendOutcome = 'sent' | 'later' | { readonly refused: string };

export type DrainerParts = {
  readonly user: string;
  readonly storage: OutboxStorage;
  /** Whether there is a connection; without one everything waits for the next `start`. */
  readonly maySend: () => boolean;
  /** Sends one message; must not reject. */
  readonly send: (item: OutboxItem) => Promise<SendOutcome>;
  /** Runs the task while no other tab of this person does for this room; see `lockAcrossTabs`. */
  readonly exclusively: (room: string, task: () => Promise<void>) => Promise<void>;
  readonly wait: (ms: number, wake: AbortSignal) => Promise<void>;
};

/** Sends stored messages, those of a room one at a time. */
export type Drainer = {
  /** Called when there may be something to send. Rejects if the database cannot be read. */
  start(): Promise<void>;
  /** Cancels all pending retries. */
  wake(): void;
  close(): void;
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

type DrainContext = {
  /** Called after each message that is finished. */
  readonly onChange: () => Promise<void>;
  readonly isClosed: () => boolean;
  readonly signal: () => AbortSignal;
};

export function createDrainer(parts: DrainerParts, onChange: () => Promise<void>): Drainer {
  const running = new Set<string>();
  /** Rooms to check again: something may have been added since the check. */
  const again = new Set<string>();
  let closed = false;
  let waking = new AbortController();
  const context: DrainContext = { onChange, isClosed: () => closed, signal: () => waking.signal };
  const run = async (room: string): Promise<void> => {
    running.add(room);
    try {
      while (again.delete(room) && !closed) await parts.exclusively(room, () => drainRoom(parts, room, context));
    } catch {
      // The database fails. Stored messages stay stored, and are retried at the next start.
    }
    running.delete(room);
  };
  const wake = () => {
    waking.abort();
    waking = new AbortController();
  };
  return {
    start: async () => {
      for (const { room } of await listOpen(parts)) {
        again.add(room);
        if (!running.has(room)) void run(room);
      }
    },
    wake,
    close: () => {
      closed = true;
      wake();
    },
  };
}

/** Reads the next message each time: meanwhile another tab may have sent it, or the person discarded it. */
async function drainRoom(parts: DrainerParts, room: string, context: DrainContext): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (parts.maySend() && !context.isClosed()) {
    const item = (await listOpen(parts)).find((each) => each.room === room);
    if (item === undefined) return;
    const outcome = await parts.send(item);
    if (outcome === 'later') {
      if (context.isClosed()) return;
      await parts.wait(waitMs, context.signal());
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      continue;
    }
    waitMs = FIRST_WAIT_MS;
    if (outcome === 'sent') await parts.storage.remove(item.key);
    else await parts.storage.put({ ...item, failure: outcome.refused });
    if (!context.isClosed()) await context.onChange();
  }
}

async function listOpen({ storage, user }: DrainerParts): Promise<readonly OutboxItem[]> {
  return (await storage.list(user)).filter(({ failure }) => failure === null);
}
