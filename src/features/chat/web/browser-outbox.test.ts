import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'bun:test';
import { type Client, createClient } from '../../../../client/client.ts';
import type { ConnectionState } from '../../../../client/connection.ts';
import { createObservable } from '../../../../client/listeners.ts';
import { ERRORS, type ErrorName } from '../../../contracts/errors.ts';
import { type BrowserOutbox, newMessageKey, openBrowserOutbox } from './browser-outbox.ts';

const CONNECTED: ConnectionState = { kind: 'connected', client: 'c' };

const opened: BrowserOutbox[] = [];
afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.close();
});

/** The outbox of a connected page, and the calls its server receives and answers. */
async function page(user: string, answer: () => Response | Promise<Response>) {
  const received: unknown[] = [];
  const connection = createObservable<ConnectionState>(CONNECTED);
  const client: Client = {
    ...createClient({
      url: 'http://banyan.example',
      fetch: async (_url, { body }) => {
        received.push(JSON.parse(String(body)));
        return answer();
      },
    }),
    connection,
  };
  const outbox = await openBrowserOutbox(client, user);
  opened.push(outbox);
  return { received, connection, outbox };
}

const answered = () => Response.json({ offset: 1, sentAt: 1 });
const refusal = (name: ErrorName) => () =>
  Response.json({ error: { name, message: ERRORS[name].message } }, { status: ERRORS[name].status });
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await Bun.sleep(1);
  }
}

/** Long enough for all pending work. */
const settled = () => Bun.sleep(40);
const message = { room: 'tea', text: 'a', replyTo: null };
const names = Object.keys(ERRORS) as ErrorName[];
const staysQueued = (name: ErrorName) => ERRORS[name].temporary || name === 'unauthorized';

describe('the outbox of a page', () => {
  test('sends a message with its key, and the one it replies to', async () => {
    const { received, outbox } = await page('sends', answered);
    await outbox.add({ ...message, replyTo: 7 });
    await until(() => outbox.items.get().length === 0);
    expect(received).toEqual([{ room: 'tea', key: expect.stringMatching(/^[0-9a-f]{32}$/), text: 'a', replyTo: 7 }]);
  });

  test.each(names.filter((name) => !staysQueued(name)))('a response %s is final', async (name) => {
    const { received, outbox } = await page(`good-${name}`, refusal(name));
    await outbox.add(message);
    await until(() => outbox.items.get()[0]?.failure === ERRORS[name].message);
    await settled();
    expect(received).toHaveLength(1);
  });

  const passing: readonly (readonly [string, () => Response | Promise<Response>])[] = [
    ...names.filter(staysQueued).map((name) => [`answer ${name}`, refusal(name)] as const),
    ['lost line', () => Promise.reject(new TypeError('failed to fetch'))],
    ['timeout', () => Promise.reject(new DOMException('too slow', 'TimeoutError'))],
    ['proxy whose server is away', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
  ];
  test.each(passing)('ID3: after a %s the same key is sent again', async (name, fail) => {
    const answers = [fail, answered];
    const { received, connection, outbox } = await page(`passing ${name}`, () => (answers.shift() ?? answered)());
    await outbox.add(message);
    await until(() => received.length === 1);
    await settled();
    expect(outbox.items.get()).toMatchObject([{ failure: null }]);
    connection.set(CONNECTED);
    await until(() => outbox.items.get().length === 0);
    expect(received).toHaveLength(2);
    expect(received[1]).toEqual(received[0]);
  });

  const lines: readonly ConnectionState[] = [
    { kind: 'connecting', since: 0 },
    { kind: 'disconnected', code: 3_500, reason: 'signed out' },
  ];
  test.each(lines)('sends nothing while $kind, not even over HTTP, and everything once connected', async (line) => {
    const { received, connection, outbox } = await page(`without a line: ${line.kind}`, answered);
    connection.set(line);
    await outbox.add(message);
    outbox.wake();
    await settled();
    expect(received).toEqual([]);
    connection.set(CONNECTED);
    await until(() => outbox.items.get().length === 0);
    expect(received).toHaveLength(1);
  });
});

test('without a database messages are kept in memory', async () => {
  const { open } = indexedDB;
  indexedDB.open = () => {
    throw new DOMException('private window', 'SecurityError');
  };
  try {
    const { outbox } = await page('private', answered);
    expect(outbox.isLasting.get()).toBe(true);
    await outbox.add(message);
    expect(outbox.isLasting.get()).toBe(false);
    await until(() => outbox.items.get().length === 0);
  } finally {
    indexedDB.open = open;
  }
});

test('no two messages have the same key', () => {
  expect(new Set(Array.from({ length: 1_000 }, newMessageKey)).size).toBe(1_000);
});
