import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { runCli } from '../servers/cli.ts';
import { Random } from '../simulation/random.ts';
import { type Damage, damageFile } from './damage.ts';
import { ids, StoredData } from './stored-data.ts';

const CHANNEL = 'log:kept';
const RANDOM = new Random(7);
const TIMEOUT_MS = 60_000;

let data: StoredData;
beforeEach(() => {
  data = new StoredData();
});
afterEach(() => data.remove());

/** 60 publications, a clean stop, 40 more, and a kill: those 40 are only in the write-ahead log. Returns the epoch. */
async function publishAndKill(): Promise<string> {
  await data.start();
  expect(await data.publish(CHANNEL, ids(1, 60))).toHaveLength(60);
  await data.stop();
  await data.start();
  expect(await data.publish(CHANNEL, ids(61, 100))).toHaveLength(40);
  const { epoch } = await data.subscribe(CHANNEL);
  await data.kill();
  return epoch;
}

describe('OR5 OR7: a write-ahead log that has lost acknowledged data starts a new epoch', () => {
  const size = () => statSync(data.path('banyan.db-wal')).size;
  const KIB = 1_024;
  const cases: readonly (readonly [string, () => Damage])[] = [
    ['cut to half', () => ({ kind: 'cut', to: Math.floor(size() / 2) })],
    ['with its last 5 KB zeroed', () => ({ kind: 'zeroed', at: size() - 5 * KIB, bytes: 5 * KIB })],
    ['with 4 KB of random bytes in its middle', () => ({ kind: 'random', at: Math.floor(size() / 2), bytes: 4 * KIB })],
    ['with a damaged header', () => ({ kind: 'random', at: 12, bytes: 8 })],
    ['emptied', () => ({ kind: 'emptied' })],
    ['removed', () => ({ kind: 'removed' })],
  ];
  for (const [how, damage] of cases) {
    test(
      how,
      async () => {
        const epoch = await publishAndKill();
        expect(damageFile(data.path('banyan.db-wal'), damage(), RANDOM)).toBe(true);
        await data.start();
        expect(data.records.of('log.epoch_begun')).toMatchObject([{ level: 'warn', why: 'shortened' }]);
        const told = await data.subscribe(CHANNEL, { epoch, offset: 100 });
        expect(told.recovered).toBe(false);
        expect(told.epoch).not.toBe(epoch);
        expect(await data.publish(CHANNEL, ['later'])).toEqual(['later']);
        const now = await data.subscribe(CHANNEL);
        await data.kill();
        await data.start();
        // Reported once: the next start finds an intact log.
        expect(data.records.of('log.epoch_begun')).toHaveLength(1);
        expect((await data.subscribe(CHANNEL)).epoch).toBe(now.epoch);
      },
      TIMEOUT_MS,
    );
  }

  test(
    'an intact one keeps it, also when the start after the kill is killed too',
    async () => {
      const epoch = await publishAndKill();
      await data.start();
      await data.kill();
      await data.start();
      expect(data.records.of('log.epoch_begun')).toEqual([]);
      const told = await data.subscribe(CHANNEL, { epoch, offset: 90 });
      expect(told).toEqual({ epoch, recovered: true, ids: ids(91, 100) });
    },
    TIMEOUT_MS,
  );

  test(
    'a damaged run file starts a new one',
    async () => {
      const epoch = await publishAndKill();
      damageFile(data.path('banyan.run'), { kind: 'random', at: 30, bytes: 8 }, RANDOM);
      await data.start();
      expect(data.records.of('log.epoch_begun')).toMatchObject([{ why: 'unmarked' }]);
      expect((await data.subscribe(CHANNEL, { epoch, offset: 100 })).recovered).toBe(false);
    },
    TIMEOUT_MS,
  );
});

describe('OR5 OR7: a snapshot of the whole disk', () => {
  test(
    'of a running server starts a new epoch after a reboot',
    async () => {
      await data.start();
      await data.publish(CHANNEL, ids(1, 5));
      const { epoch } = await data.subscribe(CHANNEL);
      await data.kill();
      await setBoot('11111111-2222-3333-4444-555555555555');
      await data.start();
      expect(data.records.of('log.epoch_begun')).toMatchObject([{ why: 'powerLoss' }]);
      const told = await data.subscribe(CHANNEL, { epoch, offset: 5 });
      expect([told.recovered, told.epoch === epoch]).toEqual([false, false]);
    },
    TIMEOUT_MS,
  );

  test(
    'of a stopped server keeps its epoch, unless banyan.run is removed as the manual says',
    async () => {
      await data.start();
      await data.publish(CHANNEL, ids(1, 5));
      const { epoch } = await data.subscribe(CHANNEL);
      await data.stop();
      await setBoot('11111111-2222-3333-4444-555555555555');
      await data.start();
      expect((await data.subscribe(CHANNEL)).epoch).toBe(epoch);
      await data.stop();
      rmSync(data.path('banyan.run'));
      await data.start();
      expect((await data.subscribe(CHANNEL)).epoch).not.toBe(epoch);
    },
    TIMEOUT_MS,
  );

  /** As if the machine had been rebooted since. */
  async function setBoot(boot: string): Promise<void> {
    const { readRunFile, writeRunFile } = await import('../../src/adapters/sqlite/run-file.ts');
    const mark = readRunFile(data.folder);
    if (mark.kind !== 'whole') throw new Error(`the run file is ${mark.kind}`);
    const { kind: _, ...rest } = mark;
    writeRunFile(data.folder, { ...rest, boot });
  }
});

describe('DA4: a missing database is not treated as a new installation', () => {
  const missing: readonly (readonly [string, () => void])[] = [
    ['a missing one beside a WAL and banyan.run', () => rmSync(data.path('banyan.db'))],
    ['an empty one', () => truncateSync(data.path('banyan.db'), 0)],
    [
      'a missing one beside banyan.run alone',
      () => {
        for (const name of ['banyan.db', 'banyan.db-wal', 'banyan.db-shm']) rmSync(data.path(name), { force: true });
      },
    ],
    [
      'a missing one beside files alone',
      () => {
        for (const name of ['banyan.db', 'banyan.db-wal', 'banyan.db-shm', 'banyan.run'])
          rmSync(data.path(name), { force: true });
        mkdirSync(data.path('blobs'), { recursive: true });
        writeFileSync(data.path('blobs/picture'), 'x');
      },
    ],
  ];
  for (const [how, remove] of missing) {
    test(
      `${how} is refused, and doctor reports it`,
      async () => {
        await publishAndKill();
        remove();
        const refusal = await data.refusal();
        expect(refusal).toContain('of a former one: put it back');
        expect(existsSync(data.path('banyan.db'))).toBe(how === 'an empty one');
        const { out, code } = await runCli(['doctor', '--data', data.folder, '--port', '0', '--json']);
        const { findings } = JSON.parse(out) as { findings: { name: string; status: string; found: string }[] };
        expect(findings.find(({ name }) => name === 'database')).toMatchObject({
          status: 'fail',
          found: expect.stringContaining('of a former one'),
        });
        expect(code).toBe(1);
      },
      TIMEOUT_MS,
    );
  }
});

describe('DA6: a file removed under a running server', () => {
  const cases: readonly (readonly [string, () => void])[] = [
    ['the database, removed', () => rmSync(data.path('banyan.db'))],
    ['the database, cut', () => truncateSync(data.path('banyan.db'), 4_096)],
    ['the write-ahead log, removed', () => rmSync(data.path('banyan.db-wal'))],
    ['the write-ahead log, cut', () => truncateSync(data.path('banyan.db-wal'), 0)],
    ['the run file, removed', () => rmSync(data.path('banyan.run'))],
    [
      'the database, replaced by a copy',
      () => {
        cpSync(data.path('banyan.db'), data.path('copy'));
        renameSync(data.path('copy'), data.path('banyan.db'));
      },
    ],
  ];
  for (const [how, harm] of cases) {
    test(
      `${how}: nothing more is acknowledged, /readyz fails, and it is logged`,
      async () => {
        await data.start();
        expect(await data.publish(CHANNEL, ids(1, 5))).toHaveLength(5);
        harm();
        expect(await data.publish(CHANNEL, ids(6, 8))).toEqual([]);
        expect(await data.readiness()).toMatchObject({ code: 503, status: 'failing' });
        expect(data.records.of('database.files_gone')).toMatchObject([{ level: 'error' }]);
        // Data in memory and in open files is still served.
        expect((await fetch(`${data.server.url}/livez`)).status).toBe(200);
      },
      TIMEOUT_MS,
    );
  }

  test(
    'a restored file makes the server healthy again',
    async () => {
      await data.start();
      await data.publish(CHANNEL, ids(1, 2));
      renameSync(data.path('banyan.db'), data.path('elsewhere'));
      expect(await data.publish(CHANNEL, ids(3, 3))).toEqual([]);
      renameSync(data.path('elsewhere'), data.path('banyan.db'));
      expect(await data.publish(CHANNEL, ids(4, 4))).toEqual(['m4']);
      expect(await data.readiness()).toMatchObject({ code: 200, status: 'ready' });
      const { publications } = (await data.history(CHANNEL)) ?? { publications: [] };
      expect(publications.map(({ data: { id } }) => id)).toEqual(['m1', 'm2', 'm4']);
    },
    TIMEOUT_MS,
  );

  test.skipIf(process.platform !== 'linux')(
    'a removed database can be copied from the open files, as the manual says',
    async () => {
      await data.start();
      expect(await data.publish(CHANNEL, ids(1, 5))).toHaveLength(5);
      rmSync(data.path('banyan.db'));
      rmSync(data.path('banyan.db-wal'));
      const open = `/proc/${data.server.pid}/fd`;
      for (const name of ['banyan.db', 'banyan.db-wal']) {
        const number = readdirSync(open).find((each) => linkOf(`${open}/${each}`) === `${data.path(name)} (deleted)`);
        copyFileSync(`${open}/${number}`, data.path(`rescued-${name}`));
      }
      await data.stop();
      for (const name of ['banyan.db', 'banyan.db-wal']) renameSync(data.path(`rescued-${name}`), data.path(name));
      await data.start();
      expect((await data.history(CHANNEL))?.publications).toHaveLength(5);
      expect(data.records.of('log.epoch_begun')).toMatchObject([{ why: 'restored' }]);
    },
    TIMEOUT_MS,
  );

  const linkOf = (path: string) => {
    try {
      return readlinkSync(path);
    } catch {
      return undefined;
    }
  };

  test(
    'a removed write-ahead log and then a clean stop: all data is kept, or the epoch is new',
    async () => {
      await data.start();
      await data.publish(CHANNEL, ids(1, 5));
      const { epoch } = await data.subscribe(CHANNEL);
      rmSync(data.path('banyan.db-wal'));
      await data.publish(CHANNEL, ids(6, 6));
      await data.stop();
      await data.start();
      const told = await data.subscribe(CHANNEL, { epoch, offset: 5 });
      if (told.epoch === epoch) expect((await data.history(CHANNEL))?.offset).toBe(5);
      else expect(told.recovered).toBe(false);
    },
    TIMEOUT_MS,
  );
});
