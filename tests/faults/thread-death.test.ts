import { afterEach, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Records } from '../servers/records.ts';
import type { EndedThread } from './end-thread-on-signal.ts';
import { RawClient } from './raw-client.ts';

let server: BanyanProcess | undefined;
const records: Records[] = [];
afterEach(async () => {
  await server?.stop();
  for (const each of records.splice(0)) each.remove();
});

/** EX_SOFTWARE of sysexits.h. */
const SOFTWARE = 70;

test.each<EndedThread>(['writer', 'reader'])(
  'FA9 the process exits with code 70 when its %s dies, and has all acknowledged data after a restart',
  async (thread) => {
    const log = new Records();
    records.push(log);
    const env = {
      BUN_OPTIONS: `--preload=${join(import.meta.dir, 'end-thread-on-signal.ts')}`,
      ...{ END_THREAD: thread, BANYAN_CLIENT_INSECURE: 'true', BANYAN_LOG_FORMAT: 'json' },
    };
    server = await startBanyan(env, log.through);
    const client = await RawClient.connect(server.socketUrl);
    await client.ask({ publish: { channel: 'log:a', data: 'acknowledged' } });
    server.signal('SIGUSR2');
    expect(await server.exited).toBe(SOFTWARE);
    expect(log.of('database.died')).toMatchObject([{ level: 'error', error: 'the database thread ended' }]);
    await server.restart();
    const again = await RawClient.connect(server.socketUrl);
    const answer = await again.ask({ history: { channel: 'log:a', limit: 9 } });
    expect(answer).toMatchObject({ history: { publications: [{ offset: 1, data: 'acknowledged' }] } });
    again.end();
  },
  30_000,
);
