import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../client/client.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

const ROUNDS = 5;
const PASSWORD = 'nine ivies climb the wall';

test('a person who registered when the server was killed is in the first group after its next start', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-newcomers-'));
    const server = await startBanyan({ BANYAN_DATA: folder });
    const registration = createClient({ url: server.url })
      .call('accounts.register', { handle: 'ada', password: PASSWORD, invite: server.ownerInvite as string })
      .catch(() => undefined);
    await accountIsThere(join(folder, 'banyan.db'));
    await server.crash();
    await registration;
    await server.restart();
    expect(await roomsOf(server)).toContain('General');
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}, 30_000);

/** Polls without a pause, to kill right after the transaction that creates the account. */
async function accountIsThere(file: string): Promise<void> {
  const database = new Database(file, { readonly: true });
  const count = database.query<{ n: number }, []>('SELECT count(*) AS n FROM users');
  const deadline = Date.now() + 30_000;
  while (count.get()?.n === 0) {
    if (Date.now() > deadline) throw new Error('nobody registered');
    await new Promise((resolve) => setImmediate(resolve));
  }
  database.close();
}

async function roomsOf({ url }: BanyanProcess): Promise<string[]> {
  let cookie = '';
  const client = createClient({
    url,
    fetch: async (to, init) => {
      const response = await fetch(to, { ...init, headers: { ...(init.headers as Record<string, string>), cookie } });
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
      return response;
    },
  });
  await client.call('accounts.signIn', { login: 'ada', password: PASSWORD });
  return (await client.call('chat.rooms', {})).rooms.map(({ title }) => title);
}
