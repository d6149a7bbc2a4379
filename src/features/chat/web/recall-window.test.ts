import { expect, test } from 'bun:test';
import { type Client, createClient } from '../../../../client/client.ts';
import type { Connection, ConnectionState } from '../../../../client/connection.ts';
import { createObservable } from '../../../../client/listeners.ts';
import { recallWindowOf } from './recall-window.ts';

test('the recall of an own message is offered for as long as the server allows it, by the server’s clock', async () => {
  const connection = createObservable<ConnectionState>({ kind: 'connecting', since: 0 });
  const ahead = 3_600_000;
  const client: Client = {
    ...createClient({ url: 'http://banyan.example' }),
    connection: connection as Connection['state'],
    call: (async () => ({ recallSeconds: 120, now: Date.now() + ahead })) as unknown as Client['call'],
  };
  const window = recallWindowOf(client);
  expect(window.isOpen(0)).toBe(true);
  connection.set({ kind: 'connected', client: 'c' });
  await Bun.sleep(0);
  const now = Date.now() + ahead;
  expect([now, now - 119_000, now - 121_000].map((sentAt) => window.isOpen(sentAt))).toEqual([true, true, false]);
  expect(recallWindowOf(client)).toBe(window);
});
