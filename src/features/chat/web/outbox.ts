import { createObservable, type Observable } from '../../../../client/listeners.ts';
import { createDrainer, type DrainerParts } from './outbox-drainer.ts';
import type { OutboxItem } from './outbox-storage.ts';

export type NewMessage = { readonly room: string; readonly text: string; readonly replyTo: number | null };

export type OutboxParts = DrainerParts & {
  /** Tells the person's other tabs to reload, and is called by them. */
  readonly siblings: { announce(): void; listen(listener: () => void): () => void };
  readonly now: () => number;
  readonly newKey: () => string;
};

export type Outbox = {
  /** All unsent messages of the person, oldest first. */
  readonly items: Observable<readonly OutboxItem[]>;
  /** Stores the message, then sends it in its turn. Resolves once it is stored; rejects if it is not. */
  add(message: NewMessage): Promise<void>;
  /** Retries a refused one. */
  retry(key: string): Promise<void>;
  discard(key: string): Promise<void>;
  /** Called after a reconnect: retries at once. */
  wake(): void;
  /** Stops sending, and releases tabs and timers. Stored messages stay stored. */
  close(): void;
};

/**
 * Unsent messages. Each room's are sent in writing order, one at a time; a waiting room does not block others. One tab
 * sends, all show.
 */
export async function createOutbox(parts: OutboxParts): Promise<Outbox> {
  const { storage, user, siblings } = parts;
  const items = createObservable<readonly OutboxItem[]>(await storage.list(user));
  const reload = async () => items.set(await storage.list(user));
  const drainer = createDrainer(parts, async () => {
    await reload();
    siblings.announce();
  });
  const ignore = () => undefined;
  /** If the database cannot be read just now, the shown list stays: it is read again after the next change. */
  const changed = async (shownMeanwhile = items.get()) => {
    await reload().catch(() => items.set(shownMeanwhile));
    if (closed) return;
    siblings.announce();
    void drainer.start().catch(ignore);
  };
  let closed = false;
  const stopListening = siblings.listen(() => void reload().catch(ignore));
  const newest = () => items.get().at(-1)?.createdAt ?? 0;
  let lastCreatedAt = 0;
  void drainer.start().catch(ignore);
  return {
    items,
    add: async ({ room, text, replyTo }) => {
      // Two within one millisecond keep their order, also when the clock steps back.
      lastCreatedAt = Math.max(parts.now(), lastCreatedAt + 1, newest() + 1);
      const item = { key: parts.newKey(), user, room, text, replyTo, createdAt: lastCreatedAt, failure: null };
      await storage.put(item);
      await changed([...items.get(), item]);
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
      void drainer.start().catch(ignore);
    },
    close: () => {
      closed = true;
      stopListening();
      drainer.close();
    },
  };
}
