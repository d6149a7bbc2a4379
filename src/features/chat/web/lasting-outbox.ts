import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { OutboxItem, OutboxStorage } from './outbox-storage.ts';

export type LastingOutbox = OutboxStorage & {
  /** False once the database refused a message: that one lives only as long as this page. */
  readonly isLasting: Observable<boolean>;
};

/**
 * Items in a database that may fail: some private windows refuse one, and disks fill up. Refused items are kept in
 * memory, and unreadable ones are remembered from the last read.
 */
export function createLastingOutbox(database: OutboxStorage): LastingOutbox {
  const isLasting = createObservable(true);
  let stored = new Map<string, OutboxItem>();
  const unsaved = new Map<string, OutboxItem>();
  return {
    isLasting,
    list: async (user) => {
      const items = await database.list(user).catch(() => undefined);
      if (items !== undefined) stored = new Map(items.map((item) => [item.key, item]));
      const known = [...new Map([...stored, ...unsaved]).values()].filter((item) => item.user === user);
      return known.sort((a, b) => a.createdAt - b.createdAt);
    },
    put: async (item) => {
      try {
        await database.put(item);
        stored.set(item.key, item);
        unsaved.delete(item.key);
      } catch {
        unsaved.set(item.key, item);
        if (isLasting.get()) isLasting.set(false);
      }
    },
    remove: async (key) => {
      unsaved.delete(key);
      try {
        await database.remove(key);
        stored.delete(key);
      } catch (error) {
        if (stored.has(key)) throw error;
      }
    },
  };
}
