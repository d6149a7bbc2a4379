import { createObservable, type Observable } from '../../../../client/listeners.ts';
import { createDrainer, type DrainerParts } from './outbox-drainer.ts';
import type { OutboxItem } from './outbox-storage.ts';

export type NewMessage = { readonly room: string; readonly text: string; readonly replyTo: number | null };

export type OutboxParts = DrainerParts & {
  /** Tells the person's other tabs to look again, and is called by them. */
  readonly siblings: { announce(): void; listen(listener: () => void): () => void };
  readonly now: () => number;
  readonly newKey: () => string;
};

export type Outbox = {
  /** All unsent messages of the person, oldest first. */
  readonly items: Observable<readonly OutboxItem[]>;
  /** Writes the message down, then sends it when its turn comes. Resolves once it is written down; rejects if it is not. */
  add(message: NewMessage): Promise<void>;
  /** Tries a refused one again. */
  retry(key: string): Promise<void>;
  discard(key: string): Promise<void>;
  /** The line is back: do not wait any longer. */
  wake(): void;
  /** Sends nothing more, and lets go of tabs and timers. What is written down stays so. */
  close(): void;
};

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
  const ignore = () => undefined;
  /** Where the database cannot be read just now, what is shown stays: it is read again after the next change. */
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
      // Two within one millisecond keep their order, also when the clock is set back.
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
