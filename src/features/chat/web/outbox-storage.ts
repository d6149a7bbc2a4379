import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

/** A message on its way: written down before it is sent, so that a crash of the tab loses nothing. */
export type OutboxItem = {
  /** The message key: sending it twice is sending it once. */
  readonly key: string;
  readonly user: string;
  readonly room: string;
  readonly text: string;
  readonly replyTo: number | null;
  /** Milliseconds since 1970 by this device's clock; the order within a room. */
  readonly createdAt: number;
  /** Why the server refused it for good; null while it is to be sent. */
  readonly failure: string | null;
};

/** Where unsent messages of all people who use this browser are kept. */
export interface OutboxStorage {
  /** The person's items, oldest first. */
  list(user: string): Promise<readonly OutboxItem[]>;
  put(item: OutboxItem): Promise<void>;
  remove(key: string): Promise<void>;
}

interface OutboxSchema extends DBSchema {
  items: { key: string; value: OutboxItem; indexes: { user: [string, number] } };
}

/** In the browser's own database: it outlives the tab and the browser. */
export function createIndexedOutbox(): OutboxStorage {
  let opened: Promise<IDBPDatabase<OutboxSchema>> | undefined;
  const open = () => {
    opened ??= openDB<OutboxSchema>('banyan-outbox', 1, {
      upgrade: (db) => {
        db.createObjectStore('items', { keyPath: 'key' }).createIndex('user', ['user', 'createdAt']);
      },
      // Another tab brings a newer version, or the browser closed it: the next use opens it again.
      blocking: (_current, _blocked, event) => {
        opened = undefined;
        (event.target as IDBDatabase).close();
      },
      terminated: () => {
        opened = undefined;
      },
    });
    return opened;
  };
  return {
    list: async (user) =>
      (await open()).getAllFromIndex('items', 'user', IDBKeyRange.bound([user, 0], [user, Infinity])),
    put: async (item) => void (await (await open()).put('items', item)),
    remove: async (key) => (await open()).delete('items', key),
  };
}

/** For private windows that have no database, and for tests. */
export function createMemoryOutbox(): OutboxStorage {
  const items = new Map<string, OutboxItem>();
  return {
    list: async (user) =>
      [...items.values()].filter((item) => item.user === user).sort((a, b) => a.createdAt - b.createdAt),
    put: async (item) => void items.set(item.key, item),
    remove: async (key) => void items.delete(key),
  };
}
