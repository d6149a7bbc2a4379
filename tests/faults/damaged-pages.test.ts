import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { runCli } from '../servers/cli.ts';
import { Random } from '../simulation/random.ts';
import { damageFile } from './damage.ts';
import { ids, StoredData } from './stored-data.ts';

const CHANNEL = 'log:long';
const OTHER = 'log:short';
const COUNT = 400;
const PADDING = 'x'.repeat(2_000);
const KIB = 1_024;
const TIMEOUT_MS = 60_000;

let data: StoredData;
beforeEach(async () => {
  data = new StoredData();
  await data.start();
  expect(await data.publish(CHANNEL, ids(1, COUNT), PADDING)).toHaveLength(COUNT);
  expect(await data.publish(OTHER, ids(1, 3))).toHaveLength(3);
  await data.stop();
  // Makes the next stop an unclean one, with nothing in the write-ahead log that would hide the damage.
  await data.start();
  await data.kill();
});
afterEach(() => data.remove());

function damageTheMiddle(): void {
  const file = data.path('banyan.db');
  const at = Math.floor(statSync(file).size / 2 / 4_096) * 4_096;
  damageFile(file, { kind: 'random', at, bytes: 64 * KIB }, new Random(11));
}

test(
  'DA7 OB8: pages are checked after an unclean stop; readable data around the damage is served',
  async () => {
    const { epoch } = await (async () => {
      await data.start();
      const told = await data.subscribe(CHANNEL);
      await data.kill();
      return told;
    })();
    damageTheMiddle();
    await data.start();
    await data.recorded('database.damaged');
    expect(data.records.of('database.damaged')).toMatchObject([
      { level: 'error', found: expect.stringContaining('publications'), remedy: expect.stringContaining('repair') },
    ]);
    expect(await data.readiness()).toMatchObject({ code: 200, status: 'degraded', damage: expect.any(String) });
    expect(await data.metric('banyan_database_damaged')).toBe(1);

    const { publications = [] } = (await data.history(CHANNEL)) ?? {};
    const offsets = publications.map(({ offset }) => offset);
    expect(offsets.length).toBeGreaterThan(COUNT / 2);
    expect(offsets.length).toBeLessThan(COUNT);
    expect([offsets[0], offsets.at(-1)]).toEqual([1, COUNT]);
    for (const { offset, data: stored } of publications) expect(stored.id).toBe(`m${offset}`);
    // Both directions return the same.
    const page = await fetch(`${data.server.url}/history?channel=${CHANNEL}&limit=300&reverse=true`);
    expect(page.status).toBe(200);

    // Clients must not be led across a gap.
    expect((await data.subscribe(CHANNEL, { epoch, offset: 100 })).recovered).toBe(false);
    expect(await data.subscribe(CHANNEL, { epoch, offset: COUNT - 1 })).toMatchObject({
      recovered: true,
      ids: [`m${COUNT}`],
    });
    expect((await data.history(OTHER))?.publications).toHaveLength(3);
    for (const channel of [CHANNEL, OTHER]) expect(await data.publish(channel, ['new'])).toEqual(['new']);

    // A clean stop repairs nothing.
    await data.stop();
    await data.start();
    await data.recorded('database.damaged', 2);
    expect(await data.readiness()).toMatchObject({ code: 200, status: 'degraded' });
    expect(await data.metric('banyan_database_damaged')).toBe(1);
  },
  TIMEOUT_MS,
);

test(
  'DA7: a healthy database is recorded as checked, and nothing else',
  async () => {
    await data.start();
    await data.recorded('database.checked');
    expect(await data.readiness()).toMatchObject({ code: 200, status: 'ready' });
    expect(data.records.of('database.damaged')).toEqual([]);
  },
  TIMEOUT_MS,
);

const repair = (...args: string[]) => runCli(['repair', '--data', data.folder, ...args]);
const files = () =>
  readdirSync(data.folder)
    .filter((name) => !/-shm$|lock/.test(name))
    .sort();

test(
  'DA8 OB8: repair keeps intact data, reports the rest, and keeps the damaged file',
  async () => {
    damageTheMiddle();
    const damaged = readFileSync(data.path('banyan.db'));
    const before = files();
    const dry = await repair('--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.out).toMatch(/LOST: \d+ publications of log:long/);
    expect(dry.out).toContain('Nothing was written.');
    expect(files()).toEqual(before);
    expect(readFileSync(data.path('banyan.db')).equals(damaged)).toBe(true);

    const { out, code } = await repair('--json');
    expect(code).toBe(1);
    const report = JSON.parse(out) as {
      keptAs: string;
      publications: number;
      channels: { channel: string; rows: number; lost: number }[];
    };
    expect(readFileSync(report.keptAs).equals(damaged)).toBe(true);
    const [lost] = report.channels;
    expect(lost).toMatchObject({ channel: CHANNEL, rows: COUNT - (lost?.lost ?? 0) });

    await data.start();
    expect(data.records.of('log.epoch_begun')).toHaveLength(1);
    expect(await data.readiness()).toMatchObject({ code: 200, status: 'ready' });
    expect(await data.metric('banyan_database_damaged')).toBe(0);
    const { publications = [] } = (await data.history(CHANNEL)) ?? {};
    expect(publications).toHaveLength(lost?.rows ?? 0);
    for (const { offset, data: stored } of publications) expect(stored.id).toBe(`m${offset}`);
    expect(await data.publish(CHANNEL, ['new'])).toEqual(['new']);
    expect((await data.history(CHANNEL))?.offset).toBe(COUNT + 1);
    expect((await data.history(OTHER))?.publications).toHaveLength(3);
    await data.stop();
    const { out: found } = await runCli(['doctor', '--data', data.folder, '--port', '0', '--json']);
    expect(JSON.parse(found).findings).toContainEqual(expect.objectContaining({ name: 'database', status: 'ok' }));
  },
  TIMEOUT_MS,
);

test(
  'DA8: doctor reports damage and suggests repair',
  async () => {
    damageTheMiddle();
    const { out } = await runCli(['doctor', '--data', data.folder, '--port', '0', '--json']);
    expect(JSON.parse(out).findings).toContainEqual(
      expect.objectContaining({ name: 'database', status: 'fail', remedy: expect.stringContaining('repair') }),
    );
  },
  TIMEOUT_MS,
);

test(
  'DA8: a healthy database is left unchanged',
  async () => {
    const before = readFileSync(data.path('banyan.db'));
    expect(await repair()).toMatchObject({ code: 0, out: expect.stringContaining('whole') });
    expect(readFileSync(data.path('banyan.db')).equals(before)).toBe(true);
    expect(files().filter((name) => /repair|damaged/.test(name))).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'DA8: an interrupted repair is restarted or finished; a start in between is refused',
  async () => {
    damageTheMiddle();
    writeFileSync(data.path('banyan.db.repairing'), 'what a repair had written when it was killed');
    await repair();
    const repaired = readFileSync(data.path('banyan.db'));
    expect(existsSync(data.path('banyan.db.repairing'))).toBe(false);
    // Almost done: the new file is complete, the damaged one still in its place.
    writeFileSync(data.path('banyan.db.repaired'), repaired);
    writeFileSync(data.path('banyan.db'), 'damaged');
    expect(await data.refusal()).toContain('run "repair" again');
    expect(await repair()).toMatchObject({ code: 0, out: expect.stringContaining('finished') });
    await data.start();
    expect((await data.history(OTHER))?.publications).toHaveLength(3);
  },
  TIMEOUT_MS,
);

test(
  'DA8: repair is refused while a server uses the folder',
  async () => {
    await data.start();
    expect(await repair()).toMatchObject({ code: 1, err: expect.stringContaining('in use by another Banyan') });
  },
  TIMEOUT_MS,
);
