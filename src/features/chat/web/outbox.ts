import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { OutboxItem, OutboxStorage } from './outbox-storage.ts';

export type NewMessage = { readonly room: string; readonly text: string; readonly replyTo: number | null };

/** What sending came to. `later`: nobody knows or the server is busy; the same key is sent again. */
export type SendOutcome = 'sent' | 'later' | { readonly refused: string };

export type OutboxParts = {
  readonly user: string;
  readonly storage: OutboxStorage;
  /** Sends one message; must not reject. */
  readonly send: (item: OutboxItem) => Promise<SendOutcome>;
  /** Runs the task while no other tab of this person does; see `lockAcrossTabs`. */
  readonly exclusively: (task: () => Promise<void>) => Promise<void>;
  /** Tells the person's other tabs to look again, and is called by them. */
  readonly siblings: { announce(): void; listen(listener: () => void): () => void };
  readonly now: () => number;
  readonly wait: (ms: number, wake: AbortSignal) => Promise<void>;
  readonly newKey: () => string;
};

export type Outbox = {
  /** All unsent messages of the person, oldest first. */
  readonly items: Observable<readonly OutboxItem[]>;
  /** Writes the message down, then sends it when its turn comes. Resolves once it is written down. */
  add(message: NewMessage): Promise<void>;
  /** Tries a refused one again. */
  retry(key: string): Promise<void>;
  discard(key: string): Promise<void>;
  /** The line is back: do not wait any longer. */
  wake(): void;
  close(): void;
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Unsent messages. Each room's go out in the order in which they were written, one after the other; a room that
 * waits holds no other up. One tab sends, all show.
 */
export async function createOutbox(parts: OutboxParts): Promise<Outbox> {
  const { storage, user, siblings } = parts;
  const items = createObservable<readonly OutboxItem[]>(await storage.list(user));
  const reload = async () => items.set(await storage.list(user));
  const drainer = createDrainer(parts, async () => {
    await reload();
    siblings.announce();
  });
  const changed = async () => {
    await reload();
    siblings.announce();
    drainer.start();
  };
  const stopListening = siblings.listen(() => void reload());
  let lastCreatedAt = 0;
  drainer.start();
  return {
    items,
    add: async ({ room, text, replyTo }) => {
      // Two within one millisecond keep their order.
      lastCreatedAt = Math.max(parts.now(), lastCreatedAt + 1);
      await storage.put({ key: parts.newKey(), user, room, text, replyTo, createdAt: lastCreatedAt, failure: null });
      await changed();
    },
    retry: async (key) => {
      const item = items.get().find((each) => each.key === key);
      if (item !== undefined) await storage.put({ ...item, failure: null });
      await changed();
    },
    discard: async (key) => {
      await storage.remove(key);
      await changed();
    },
    wake: () => {
      drainer.wake();
      drainer.start();
    },
    close: () => {
      stopListening();
      drainer.close();
    },
  };
}

type Drainer = { start(): void; wake(): void; close(): void };

function createDrainer(parts: OutboxParts, onChange: () => Promise<void>): Drainer {
  let running = false;
  let again = false;
  let closed = false;
  let waking = new AbortController();
  const isClosed = () => closed;
  const signal = () => waking.signal;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await parts.exclusively(() => drain(parts, { onChange, isClosed, signal }));
    } while (again && !closed);
    running = false;
  };
  const wake = () => {
    waking.abort();
    waking = new AbortController();
  };
  return {
    start: () => {
      again = true;
      if (!running && !closed) void run();
    },
    wake,
    close: () => {
      closed = true;
      wake();
    },
  };
}

type DrainContext = {
  readonly onChange: () => Promise<void>;
  readonly isClosed: () => boolean;
  readonly signal: () => AbortSignal;
};

async function drain(parts: OutboxParts, context: DrainContext): Promise<void> {
  const open = (await parts.storage.list(parts.user)).filter(({ failure }) => failure === null);
  const rooms = Map.groupBy(open, ({ room }) => room);
  await Promise.all([...rooms.values()].map((items) => drainRoom(parts, items, context)));
}

async function drainRoom(parts: OutboxParts, items: readonly OutboxItem[], context: DrainContext): Promise<void> {
  for (const item of items) {
    let waitMs = FIRST_WAIT_MS;
    let outcome = await parts.send(item);
    while (outcome === 'later' && !context.isClosed()) {
      await parts.wait(waitMs, context.signal());
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      if (!context.isClosed()) outcome = await parts.send(item);
    }
    if (outcome === 'later') return;
    if (outcome === 'sent') await parts.storage.remove(item.key);
    else await parts.storage.put({ ...item, failure: outcome.refused });
    await context.onChange();
  }
}
