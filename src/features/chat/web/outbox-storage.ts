import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

/** A pending message: stored before it is sent, so that a crash of the tab loses nothing. */
export type OutboxItem = {
  /** The message key: sending it twice stores it once. */
  readonly key: string;
  readonly user: string;
  readonly room: string;
  readonly text: string;
  readonly replyTo: number | null;
  /** Milliseconds since 1970 by this device's clock; the order within a room. */
  readonly createdAt: number;
  /** Why the server refused it permanently; null while it is pending. */
  readonly failure: string | null;
};

/** The storage of unsent messages of all people who use this browser. */
export interface OutboxStorage {
  /** The person's items, oldest first. */
  list(user: string): Promise<readonly OutboxItem[]>;
  put(item: OutboxItem): Promise<void>;
  remove(key: string): Promise<void>;
}

interface OutboxSchema extends DBSchema {
  items: { key: string; value: OutboxItem; indexes: { user: [string, number] } };
}

type Database = IDBPDatabase<OutboxSchema>;

/** Some browsers neither open a database nor report that they cannot. */
const OPENING_MS = 3_000;

/** In the browser's database: it survives the tab and the browser. A failure may be temporary. */
export function createIndexedOutbox({ openingMs = OPENING_MS } = {}): OutboxStorage {
  let opened: Promise<Database> | undefined;
  const forget = () => {
    opened = undefined;
  };
  const open = (): Promise<Database> => {
    if (opened !== undefined) return opened;
    const opening = openDB<OutboxSchema>('banyan-outbox', 1, {
      upgrade: (db) => {
        db.createObjectStore('items', { keyPath: 'key' }).createIndex('user', ['user', 'createdAt']);
      },
      // Another tab has a newer version, or the browser closed it: the next use opens it again.
      blocking: (_current, _blocked, event) => {
        forget();
        (event.target as IDBDatabase).close();
      },
      terminated: forget,
    });
    opened = withinTime(opening, openingMs);
    // After the timeout nobody waits for it, but it is used if it opens after all.
    opening.then(() => {
      opened = opening;
    }, forget);
    return opened;
  };
  return {
    list: async (user) =>
      (await open()).getAllFromIndex('items', 'user', IDBKeyRange.bound([user, 0], [user, Infinity])),
    put: async (item) => void (await (await open()).put('items', item)),
    remove: async (key) => (await open()).delete('items', key),
  };
}

function withinTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it takes too long')), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
