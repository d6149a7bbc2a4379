import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BanyanError } from '../../client/errors.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { clientOf, register } from '../servers/people.ts';
import { programOf } from '../servers/program.ts';
import { type SmallDisk, smallDisk } from '../servers/small-disk.ts';
import { findViolations } from './oracle.ts';
import { GIVE_UP_MS } from './tally.ts';
import { readHistory, Traffic } from './traffic.ts';

const CHANNEL = 'log:full';
const DISK_MIB = 16;
const REFUSALS = 40;

let server: BanyanProcess;
let traffic: Traffic;
let folder: string;
let disk: SmallDisk | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-full-'));
});
afterEach(async () => {
  traffic.close();
  await server.stop();
  disk?.release();
  disk = undefined;
  rmSync(folder, { recursive: true });
});

async function start(through: readonly string[]): Promise<void> {
  server = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_DATA: folder }, through);
  traffic = new Traffic(server.socketUrl);
  await traffic.follow('reader', [CHANNEL]);
}

/** Publishes short and long messages concurrently, until this many were refused or acked. */
async function publishUntil(outcome: 'refused' | 'acked', times: number): Promise<void> {
  const client = await traffic.connect();
  const sent = traffic.attempts.length;
  const count = () => traffic.attempts.slice(sent).filter((attempt) => attempt.outcome === outcome).length;
  while (count() < times) {
    const batch = Array.from({ length: 8 }, (_, index) => {
      const id = `message-${traffic.attempts.length}`;
      return traffic.publish(client, { channel: CHANNEL, sender: 'publisher', id }, 'x'.repeat(index * 4_000));
    });
    await Promise.all(batch);
  }
}

type Chatter = { send(key: string): Promise<string>; countOf(key: string): Promise<number> };

/** A member of a room who sends messages of the maximum length. */
async function createChatter(): Promise<Chatter> {
  const client = clientOf(server, await register(server, 'ada', server.ownerInvite as string));
  const { id: room } = await client.call('chat.createGroup', { title: 'Ivy', members: [], key: 'the-only-group' });
  return {
    send: (key) =>
      client.call('chat.send', { room, key, text: '\u7a7a'.repeat(8_000) }).then(
        () => 'sent',
        (error: BanyanError) => (error.temporary ? 'told to try again' : error.message),
      ),
    countOf: async (key) => {
      const { entries } = await client.call('chat.history', { room, limit: 100 });
      return entries.filter((entry) => entry.kind === 'message' && entry.message.key === key).length;
    },
  };
}

/** A checkpoint sometimes frees room for one more in the WAL. */
async function firstRefused({ send }: Chatter): Promise<string> {
  for (let count = 1; ; count += 1) {
    const outcome = await send(`message-${count}`);
    if (outcome === 'sent') continue;
    expect(outcome).toBe('told to try again');
    return `message-${count}`;
  }
}

/** OB2: readiness fails while the disk accepts no writes. */
async function readinessIs(status: number): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  while ((await fetch(`${server.url}/readyz`)).status !== status) {
    if (Date.now() > deadline) throw new Error(`/readyz does not become ${status}`);
    await Bun.sleep(50);
  }
}

/** What must hold whatever makes the disk full. */
async function expectToSurvive(fill: () => void, free: () => void): Promise<void> {
  const chatter = await createChatter();
  await publishUntil('acked', 20);
  fill();
  await publishUntil('refused', REFUSALS);
  expect(new Set(traffic.refusals)).toEqual(new Set([100]));
  const key = await firstRefused(chatter);
  expect(await chatter.countOf(key)).toBe(0);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  await readinessIs(503);
  expect(findViolations(await traffic.evidence())).toEqual([]);

  free();
  // Nobody publishes meanwhile: the server notices by itself.
  await readinessIs(200);
  const refused = traffic.refusals.length;
  await publishUntil('acked', 20);
  expect(traffic.refusals.length).toBe(refused);
  for (const _ of ['once', 'twice']) expect(await chatter.send(key)).toBe('sent');
  expect(await chatter.countOf(key)).toBe(1);
  expect(findViolations(await traffic.evidence())).toEqual([]);
  expect(traffic.lost).toEqual([]);
}

/** Runs a command with a file size limit, which fails writes instead of ending the process. */
const WITH_SMALL_FILES = `trap '' XFSZ; ulimit -S -f ${DISK_MIB * 1_024}; exec "$@" 2>/dev/null`;

describe.skipIf(process.platform !== 'linux')('AC4 OB2: a publish that cannot be written', () => {
  test('for lack of space is refused and leaves nothing; once there is space it works', async () => {
    disk = smallDisk(folder, DISK_MIB);
    const { through, fill, free } = disk;
    await start(through);
    await expectToSurvive(
      () => fill(server.pid),
      () => free(server.pid),
    );
  }, 60_000);

  test('because of a file size limit is refused and leaves nothing, also after a restart', async () => {
    await start(['sh', '-c', WITH_SMALL_FILES, 'sh']);
    await expectToSurvive(
      () => undefined,
      () => Bun.spawnSync([programOf('prlimit'), '--pid', String(server.pid), '--fsize=unlimited:']),
    );
    const { histories } = await traffic.evidence();
    traffic.close();
    await server.stop();
    server = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_DATA: folder });
    traffic = new Traffic(server.socketUrl);
    expect([await readHistory(await traffic.connect(), CHANNEL)]).toEqual([...histories]);
  }, 60_000);
});
