import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'bun:test';
import { createLastingOutbox } from './lasting-outbox.ts';
import { createOutbox, type Outbox, type OutboxParts } from './outbox.ts';
import type { SendOutcome } from './outbox-drainer.ts';
import { createIndexedOutbox, type OutboxItem, type OutboxStorage } from './outbox-storage.ts';

let people = 0;
const opened: Outbox[] = [];
afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.close();
});

/** One browser of one person: a database, locks shared by its tabs, and the server. */
function browser() {
  people += 1;
  const user = `ann-${people}`;
  /** What reached the server, in order; its response, unless `answer` is set. */
  const received: OutboxItem[] = [];
  const line = {
    maySend: true,
    answer: async (_item: OutboxItem): Promise<SendOutcome> => 'sent',
  };
  const locks = new Map<string, Promise<void>>();
  const waits: number[] = [];
  let keys = 0;
  const parts = (): OutboxParts => ({
    user,
    storage: createIndexedOutbox(),
    maySend: () => line.maySend,
    send: (item) => {
      received.push(item);
      return line.answer(item);
    },
    exclusively: (room, task) => {
      const done = (locks.get(room) ?? Promise.resolve()).then(task);
      const freed = done.catch(() => undefined);
      locks.set(room, freed);
      return done;
    },
    siblings: siblingsOf(user),
    now: () => 1_000,
    wait: (ms, wake) => {
      waits.push(ms);
      return new Promise((resolve) => wake.addEventListener('abort', () => resolve()));
    },
    newKey: () => {
      keys += 1;
      return `key-${keys}`;
    },
  });
  const openTab = async (changes: Partial<OutboxParts> = {}): Promise<Outbox> => {
    const outbox = await createOutbox({ ...parts(), ...changes });
    opened.push(outbox);
    return outbox;
  };
  return { user, line, received, waits, openTab };
}

function siblingsOf(user: string): OutboxParts['siblings'] {
  const channel = new BroadcastChannel(user);
  return {
    announce: () => channel.postMessage(null),
    listen: (listener) => {
      channel.addEventListener('message', listener);
      return () => channel.close();
    },
  };
}

const refuse = async () => {
  throw new DOMException('disk full', 'QuotaExceededError');
};
const NO_DATABASE: OutboxStorage = { list: refuse, put: refuse, remove: refuse };

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await Bun.sleep(1);
  }
}

/** Long enough for all pending work. */
const settled = () => Bun.sleep(30);
const said = (text: string, room = 'tea') => ({ room, text, replyTo: null });
const texts = (items: readonly OutboxItem[]) => items.map(({ text }) => text);
const isEmpty = (outbox: Outbox) => () => outbox.items.get().length === 0;

describe('the outbox', () => {
  test('sends a room’s messages in writing order, one at a time', async () => {
    const { received, line, openTab } = browser();
    let under = 0;
    line.answer = async () => {
      under += 1;
      expect(under).toBe(1);
      await Bun.sleep(1);
      under -= 1;
      return 'sent';
    };
    const outbox = await openTab();
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    await Promise.all(numbers.map((text) => outbox.add(said(text))));
    await until(isEmpty(outbox));
    expect(texts(received)).toEqual(numbers);
  });

  test('shows a message as soon as it is stored, oldest first', async () => {
    const { line, openTab } = browser();
    line.answer = () => new Promise(() => undefined);
    const outbox = await openTab();
    await outbox.add({ room: 'tea', text: 'a', replyTo: 7 });
    await outbox.add(said('b'));
    expect(outbox.items.get()).toMatchObject([
      { room: 'tea', text: 'a', replyTo: 7, failure: null },
      { room: 'tea', text: 'b', replyTo: null, failure: null },
    ]);
  });

  test('a waiting message in one room does not block other rooms', async () => {
    const { received, line, openTab } = browser();
    line.answer = async ({ room }) => (room === 'slow' ? 'later' : 'sent');
    const outbox = await openTab();
    await outbox.add(said('a', 'slow'));
    await outbox.add(said('b', 'tea'));
    await until(() => outbox.items.get().length === 1);
    await outbox.add(said('c', 'tea'));
    await outbox.add(said('d', 'slow'));
    await until(() => outbox.items.get().length === 2);
    expect(texts(outbox.items.get())).toEqual(['a', 'd']);
    expect(texts(received)).toEqual(['a', 'b', 'c']);
  });

  test('keeps the order when the clock steps back', async () => {
    const { received, line, openTab } = browser();
    line.maySend = false;
    const before = await openTab({ now: () => 5_000 });
    await before.add(said('a'));
    before.close();
    const after = await openTab({ now: () => 1_000 });
    await after.add(said('b'));
    line.maySend = true;
    after.wake();
    await until(isEmpty(after));
    expect(texts(received)).toEqual(['a', 'b']);
  });

  test('sends nothing while offline, and everything once online', async () => {
    const { received, line, openTab } = browser();
    line.maySend = false;
    const outbox = await openTab();
    await outbox.add(said('a'));
    outbox.wake();
    await settled();
    expect(received).toEqual([]);
    line.maySend = true;
    outbox.wake();
    await until(isEmpty(outbox));
    expect(texts(received)).toEqual(['a']);
  });

  test('ignores another person’s messages', async () => {
    const [ann, ben] = [browser(), browser()];
    ann.line.maySend = false;
    const ofAnn = await ann.openTab();
    await ofAnn.add(said('from ann'));
    const ofBen = await ben.openTab();
    await ofBen.add(said('from ben'));
    await until(isEmpty(ofBen));
    expect(texts(ben.received)).toEqual(['from ben']);
    expect(texts(ofAnn.items.get())).toEqual(['from ann']);
  });
});

describe('a crash of the tab', () => {
  test('loses nothing: the next tab sends it, in order', async () => {
    const { received, line, openTab } = browser();
    line.answer = () => new Promise(() => undefined);
    const crashed = await openTab({ exclusively: (_room, task) => task() });
    for (const text of ['a', 'b', 'c']) await crashed.add(said(text));
    received.length = 0;
    line.answer = async () => 'sent';
    const next = await openTab();
    expect(texts(next.items.get())).toEqual(['a', 'b', 'c']);
    await until(isEmpty(next));
    expect(texts(received)).toEqual(['a', 'b', 'c']);
  });

  test('ID3: a message that may have reached the server is sent again with its key', async () => {
    const { received, line, openTab } = browser();
    line.answer = () => new Promise(() => undefined);
    const crashed = await openTab({ exclusively: (_room, task) => task() });
    await crashed.add(said('a'));
    await until(() => received.length === 1);
    line.answer = async () => 'sent';
    const next = await openTab();
    await until(isEmpty(next));
    expect(received[1]).toEqual(received[0] as OutboxItem);
  });
});

describe('when sending fails', () => {
  test('ID3: temporarily, the same key is retried with growing delays, until it succeeds', async () => {
    const { received, waits, line, openTab } = browser();
    line.answer = async () => (received.length < 8 ? 'later' : 'sent');
    const outbox = await openTab({
      wait: async (ms) => {
        waits.push(ms);
      },
    });
    await outbox.add(said('a'));
    await until(isEmpty(outbox));
    expect(new Set(received.map(({ key }) => key)).size).toBe(1);
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test('temporarily, the next message of the room waits behind it', async () => {
    const { received, line, openTab } = browser();
    line.answer = async () => 'later';
    const outbox = await openTab();
    await outbox.add(said('a'));
    await outbox.add(said('b'));
    await settled();
    expect(texts(received)).toEqual(['a']);
    line.answer = async () => 'sent';
    outbox.wake();
    await until(isEmpty(outbox));
    expect(texts(received)).toEqual(['a', 'a', 'b']);
  });

  test('permanently, it stays with the reason, is not retried by itself, and does not block the next one', async () => {
    const { received, line, openTab } = browser();
    line.answer = async ({ text }) => (text === 'a' ? { refused: 'too rude' } : 'sent');
    const outbox = await openTab();
    await outbox.add(said('a'));
    await outbox.add(said('b'));
    await until(() => outbox.items.get().length === 1);
    outbox.wake();
    await settled();
    expect(outbox.items.get()).toMatchObject([{ text: 'a', failure: 'too rude' }]);
    expect(texts(received)).toEqual(['a', 'b']);
    const reopened = await openTab();
    await settled();
    expect(reopened.items.get()).toMatchObject([{ text: 'a', failure: 'too rude' }]);
    expect(received).toHaveLength(2);
  });

  test('permanently, the person can send it again with its key, or discard it', async () => {
    const { received, line, openTab } = browser();
    line.answer = async () => ({ refused: 'no' });
    const outbox = await openTab();
    await outbox.add(said('a'));
    await outbox.add(said('b'));
    await until(() => outbox.items.get().every(({ failure }) => failure !== null));
    line.answer = async () => 'sent';
    const [a, b] = outbox.items.get() as [OutboxItem, OutboxItem];
    await outbox.retry(a.key);
    await until(() => outbox.items.get().length === 1);
    await outbox.discard(b.key);
    expect(outbox.items.get()).toEqual([]);
    expect(received.map(({ key }) => key)).toEqual([a.key, b.key, a.key]);
  });

  test('a message discarded while it waits is not sent', async () => {
    const { received, line, openTab } = browser();
    line.answer = async () => 'later';
    const outbox = await openTab();
    await outbox.add(said('a'));
    await until(() => received.length === 1);
    await outbox.discard(received[0]?.key ?? '');
    line.answer = async () => 'sent';
    outbox.wake();
    await outbox.add(said('b'));
    await until(isEmpty(outbox));
    expect(texts(received)).toEqual(['a', 'b']);
  });

  test('an error of the database stops it only until the next attempt', async () => {
    const { received, openTab } = browser();
    const storage = createIndexedOutbox();
    let broken = true;
    const outbox = await openTab({
      storage: {
        ...storage,
        remove: async (key) => {
          if (broken) throw new Error('no space');
          return storage.remove(key);
        },
      },
    });
    await outbox.add(said('a'));
    await settled();
    broken = false;
    outbox.wake();
    await until(isEmpty(outbox));
    expect(texts(received)).toEqual(['a', 'a']);
  });

  test('a stored message is accepted, even if the list cannot be read just then', async () => {
    const { received, line, openTab } = browser();
    line.maySend = false;
    const storage = createIndexedOutbox();
    let broken = false;
    const outbox = await openTab({
      storage: { ...storage, list: (user) => (broken ? refuse() : storage.list(user)) },
    });
    broken = true;
    await outbox.add(said('a'));
    expect(texts(outbox.items.get())).toEqual(['a']);
    broken = false;
    line.maySend = true;
    outbox.wake();
    await until(isEmpty(outbox));
    expect(texts(received)).toEqual(['a']);
  });

  test('a message that cannot be written down is not taken', async () => {
    const { openTab } = browser();
    const outbox = await openTab({ storage: { ...createIndexedOutbox(), put: refuse } });
    await expect(outbox.add(said('a'))).rejects.toThrow('disk full');
    expect(outbox.items.get()).toEqual([]);
  });

  test('after closing nothing waits for another attempt, not even work in progress', async () => {
    const { waits, line, openTab } = browser();
    let answer = (_outcome: SendOutcome): void => undefined;
    line.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const outbox = await openTab();
    await outbox.add(said('a'));
    await settled();
    outbox.close();
    answer('later');
    await settled();
    expect(waits).toEqual([]);
  });

  test('after closing nothing is retried', async () => {
    const { received, line, openTab } = browser();
    line.answer = async () => 'later';
    const outbox = await openTab();
    await outbox.add(said('a'));
    await until(() => received.length === 1);
    outbox.close();
    await settled();
    expect(received).toHaveLength(1);
  });
});

describe('two tabs', () => {
  test('send each message once and both show what is left', async () => {
    const { received, line, openTab } = browser();
    line.maySend = false;
    const [left, right] = [await openTab(), await openTab()];
    await Promise.all(['a', 'b', 'c'].map((text) => left.add(said(text))));
    await until(() => right.items.get().length === 3);
    await Promise.all(['d', 'e', 'f'].map((text) => right.add(said(text))));
    await until(() => left.items.get().length === 6);
    line.maySend = true;
    line.answer = async () => {
      await Bun.sleep(1);
      return 'sent';
    };
    left.wake();
    right.wake();
    await until(() => isEmpty(left)() && isEmpty(right)());
    await settled();
    expect(texts(received)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('one with a waiting message does not block the other’s messages elsewhere', async () => {
    const { received, line, openTab } = browser();
    line.answer = async ({ room }) => (room === 'slow' ? 'later' : 'sent');
    const [left, right] = [await openTab(), await openTab()];
    await left.add(said('a', 'slow'));
    await until(() => received.length === 1);
    await right.add(said('b', 'tea'));
    await until(() => received.length === 2);
    expect(texts(received)).toEqual(['a', 'b']);
  });
});

describe.each([
  ['in the browser’s database', createIndexedOutbox],
  ['in memory, where there is no database', () => createLastingOutbox(NO_DATABASE)],
])('storage %s', (name, create) => {
  const item = (key: string, user: string, createdAt: number): OutboxItem => {
    return { key, user: `${user} ${name}`, room: 'tea', text: key, replyTo: null, createdAt, failure: null };
  };

  test('lists one person’s items, oldest first', async () => {
    const storage = create();
    for (const each of [item('c', 'ann', 3), item('a', 'ann', 1), item('x', 'ben', 1), item('b', 'ann', 2)]) {
      await storage.put(each);
    }
    expect(texts(await storage.list(`ann ${name}`))).toEqual(['a', 'b', 'c']);
    expect(texts(await storage.list(`ben ${name}`))).toEqual(['x']);
    expect(await storage.list('nobody')).toEqual([]);
  });

  test('replaces by key and removes; removing twice does nothing', async () => {
    const storage = create();
    await storage.put(item('k', 'eve', 1));
    await storage.put({ ...item('k', 'eve', 1), failure: 'no' });
    expect(await storage.list(`eve ${name}`)).toEqual([{ ...item('k', 'eve', 1), failure: 'no' }]);
    await storage.remove('k');
    await storage.remove('k');
    expect(await storage.list(`eve ${name}`)).toEqual([]);
  });
});

test('the database survives the object that opened it', async () => {
  const kept = { key: 'kept', user: 'kim', room: 'tea', text: 'a', replyTo: null, createdAt: 1, failure: null };
  await createIndexedOutbox().put(kept);
  expect(await createIndexedOutbox().list('kim')).toEqual([kept]);
});

test('a database that does not open in time is skipped, and used once it opens', async () => {
  const { open } = indexedDB;
  let letGo = () => {};
  indexedDB.open = (...asked) => {
    const request = open.apply(indexedDB, asked);
    const { addEventListener } = request;
    request.addEventListener = (name: string, listener: EventListener) =>
      addEventListener.call(request, name, (event: Event) => {
        if (name !== 'success') return listener(event);
        letGo = () => listener(event);
      });
    return request;
  };
  try {
    const storage = createIndexedOutbox({ openingMs: 20 });
    await expect(storage.list('late')).rejects.toThrow('too long');
    const at = Date.now();
    await expect(storage.list('late')).rejects.toThrow('too long');
    expect(Date.now() - at).toBeLessThan(15);
    letGo();
    await settled();
    expect(await storage.list('late')).toEqual([]);
  } finally {
    indexedDB.open = open;
  }
});

describe('if the database fails', () => {
  const item = (key: string, createdAt: number): OutboxItem => {
    return { key, user: 'max', room: 'tea', text: key, replyTo: null, createdAt, failure: null };
  };

  test('messages are kept on the page, in order, and the person is told', async () => {
    const database = createIndexedOutbox();
    let full = false;
    const storage = createLastingOutbox({ ...database, put: (each) => (full ? refuse() : database.put(each)) });
    await storage.put(item('a', 1));
    expect(storage.isLasting.get()).toBe(true);
    full = true;
    await storage.put(item('b', 2));
    expect(storage.isLasting.get()).toBe(false);
    full = false;
    await storage.put(item('c', 3));
    expect(texts(await storage.list('max'))).toEqual(['a', 'b', 'c']);
    expect(texts(await database.list('max'))).toEqual(['a', 'c']);
    for (const key of ['a', 'b', 'c']) await storage.remove(key);
    expect(await storage.list('max')).toEqual([]);
  });

  test('its known messages are shown as long as it cannot be read, and cannot be removed', async () => {
    const database = createIndexedOutbox();
    await database.put(item('kept', 1));
    let gone = false;
    const orGone =
      <A extends unknown[], T>(act: (...input: A) => Promise<T>) =>
      (...input: A) =>
        gone ? refuse() : act(...input);
    const storage = createLastingOutbox({
      list: orGone(database.list),
      put: orGone(database.put),
      remove: orGone(database.remove),
    });
    await storage.list('max');
    gone = true;
    await storage.put(item('new', 2));
    expect(texts(await storage.list('max'))).toEqual(['kept', 'new']);
    await storage.remove('new');
    await expect(storage.remove('kept')).rejects.toThrow();
    expect(texts(await storage.list('max'))).toEqual(['kept']);
    gone = false;
    await storage.remove('kept');
    expect(await storage.list('max')).toEqual([]);
  });
});
