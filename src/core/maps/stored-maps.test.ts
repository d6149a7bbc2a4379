import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../../tests/core/client.ts';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import { WatchedLog } from '../../../tests/core/watched-log.ts';
import { Random } from '../../../tests/simulation/random.ts';
import { openDatabase } from '../../adapters/sqlite/database.ts';
import type { Log } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const STORED: Namespace = { ...PLAIN, type: 'map', history: 'durable', historySize: 3 };
const NAMESPACES = {
  stored: { options: STORED },
  brief: { options: { ...STORED, mapTtlMs: 10_000 } },
  few: { options: { ...STORED, mapSize: 2 } },
};

type Entry = { readonly key: string; readonly data: unknown; readonly removed?: boolean };
type Part = {
  readonly state?: readonly Entry[];
  readonly cursor?: string;
  readonly epoch?: string;
  readonly offset?: number;
};

/** A process over this log. Its memory is lost when it ends. */
function nodeOn(durable: Log, limits = {}): TestNode {
  return new TestNode({ namespaces: NAMESPACES, durable, limits });
}

async function settled<T>(world: TestNode, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const over = () => {
    isDone = true;
  };
  promise.then(over, over);
  for (const deadline = Date.now() + 10_000; !isDone && Date.now() < deadline; ) await world.clock.settle();
  return promise;
}

const set = (world: TestNode, channel: string, key: string, data: unknown = 1) =>
  settled(world, world.node.publish(channel, JSON.stringify(data), { entry: { key } }));
const remove = (world: TestNode, channel: string, key: string) =>
  settled(world, world.node.publish(channel, 'null', { entry: { key, removed: true } }));

async function asked(world: TestNode, client: Client, subscribe: object) {
  const [id] = client.say({ subscribe: subscribe as Record<string, unknown> });
  for (const deadline = Date.now() + 10_000; client.answer(id) === undefined && Date.now() < deadline; ) {
    await world.clock.settle();
  }
  return client.answer(id);
}

/** What a new client receives, part by part; undefined if it is refused. */
async function entriesIn(world: TestNode, channel: string, limit = 0): Promise<Record<string, unknown> | undefined> {
  const client = await world.connected();
  const known = new Map<string, unknown>();
  let position = {};
  for (let cursor = ''; ; ) {
    const answer = await asked(world, client, { channel, type: 1, phase: 2, limit, cursor, ...position });
    if (answer?.error !== undefined) return undefined;
    const part = answer?.subscribe as Part;
    for (const { key, data } of part.state ?? []) known.set(key, data);
    position = { epoch: part.epoch, offset: part.offset ?? 0 };
    cursor = part.cursor ?? '';
    if (cursor !== '') continue;
    client.hangUp();
    return Object.fromEntries(known);
  }
}

describe('MA10 entries of a map with durable history', () => {
  test('MA10 are there in the next process, whatever was trimmed from its history', async () => {
    const log = new WatchedLog();
    const first = nodeOn(log);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await set(first, 'stored:m', key, key.toUpperCase());
    await set(first, 'stored:m', 'a', 'again');
    await remove(first, 'stored:m', 'b');
    await first.node.trim('stored:m');
    const second = nodeOn(log);
    const expected = { a: 'again', c: 'C', d: 'D', e: 'E', f: 'F' };
    expect(await entriesIn(second, 'stored:m')).toEqual(expected);
    expect(await entriesIn(second, 'stored:m', 2)).toEqual(expected);
    // Removing a missing entry does nothing, also before the map was loaded (MA1).
    const third = nodeOn(log);
    const { offset } = (await third.node.read('stored:m', { limit: 0 })).top;
    await remove(third, 'stored:m', 'b');
    await remove(third, 'stored:m', 'c');
    expect((await third.node.read('stored:m', { limit: 0 })).top.offset).toBe(offset + 1);
  });

  test('MA10 MA3 a client that reconnects after a restart gets what it missed, or starts again', async () => {
    const log = new WatchedLog();
    const first = nodeOn(log);
    for (const key of ['a', 'b']) await set(first, 'stored:m', key);
    const { epoch, offset } = (await first.node.read('stored:m', { limit: 0 })).top;
    const second = nodeOn(log);
    await remove(second, 'stored:m', 'a');
    await set(second, 'stored:m', 'c');
    const back = { channel: 'stored:m', type: 1, phase: 0, recover: true, epoch, offset };
    const answer = await asked(second, await second.connected(), back);
    expect(answer).toMatchObject({
      subscribe: { recovered: true, publications: [{ key: 'a', removed: true }, { key: 'c' }] },
    });
    for (const key of ['d', 'e', 'f']) await set(second, 'stored:m', key);
    expect(await asked(second, await second.connected(), back)).toMatchObject({ error: { code: 112 } });
  });

  test('MA10 MA5 expire in the next process, too, and are not sent once expired', async () => {
    const log = new WatchedLog();
    const first = nodeOn(log);
    await set(first, 'brief:m', 'old');
    await first.clock.pass(9_000);
    await set(first, 'brief:m', 'young');
    const second = nodeOn(log);
    await second.clock.pass(9_999);
    expect(await entriesIn(second, 'brief:m')).toEqual({ old: 1, young: 1 });
    const client = await second.connected();
    await asked(second, client, { channel: 'brief:m', type: 1, phase: 2 });
    await second.clock.pass(1);
    expect(await entriesIn(second, 'brief:m')).toEqual({ young: 1 });
    await second.clock.pass(1_000);
    expect(client.pushes('brief:m')).toMatchObject([{ pub: { key: 'old', removed: true } }]);
    expect(await entriesIn(nodeOn(log), 'brief:m')).toEqual({ young: 1 });
  });

  test("MA10 MA6 count towards the channel's limit before anybody has read them", async () => {
    const log = new WatchedLog();
    const first = nodeOn(log);
    for (const key of ['a', 'b']) await set(first, 'few:m', key);
    const second = nodeOn(log);
    await expect(set(second, 'few:m', 'c')).rejects.toThrow('a channel has at most 2 entries');
    await set(second, 'few:m', 'a', 2);
    expect(await entriesIn(second, 'few:m')).toEqual({ a: 2, b: 1 });
  });

  test('MA10 include once what is published while they are loaded', async () => {
    const log = new WatchedLog();
    for (const key of ['a', 'b', 'c']) await set(nodeOn(log), 'stored:m', key);
    const world = nodeOn(log);
    const answerNow = log.pauseReads();
    const published = [
      world.node.publish('stored:m', '2', { entry: { key: 'a' } }),
      world.node.publish('stored:m', 'null', { entry: { key: 'b', removed: true } }),
      world.node.publish('stored:m', '4', { entry: { key: 'd' } }),
    ];
    const client = await world.connected();
    const [id] = client.say({ subscribe: { channel: 'stored:m', type: 1, phase: 2 } });
    await world.clock.settle();
    answerNow();
    await settled(world, Promise.all(published));
    const part = client.answer(id)?.subscribe as Part | undefined;
    const known = new Map((part?.state ?? []).map(({ key, data }) => [key, data]));
    for (const { pub } of client.pushes('stored:m')) {
      const { key, data, removed } = pub as unknown as Entry;
      if (removed) known.delete(key);
      else known.set(key, data);
    }
    expect(Object.fromEntries(known)).toEqual({ a: 2, c: 1, d: 4 });
    expect(await entriesIn(world, 'stored:m')).toEqual({ a: 2, c: 1, d: 4 });
  });

  // The order of the checks, and what is stored: map_broker_memory.go of centrifuge (`Publish`, `mapHub.add`).
  test('MA11 versions and message keys apply in the next process, and after the map was evicted', async () => {
    const log = new WatchedLog();
    const publish = (world: TestNode, data: number, more: object, key = 'v') =>
      settled(world, world.node.publish('stored:m', String(data), { entry: { key }, ...more }));
    const version = (number: number, epoch = '') => ({ version: { number, epoch } });
    const first = nodeOn(log);
    const once = { ...version(5, 'a'), key: 'once' };
    const answer = await publish(first, 1, once);
    for (const key of ['f', 'g', 'h', 'i']) await set(first, 'stored:m', key);
    const second = nodeOn(log);
    expect(await publish(second, 1, once)).toEqual({ ...answer, repeated: true, suppressed: 'idempotency' });
    expect(await publish(second, 2, version(5, 'a'))).toMatchObject({ suppressed: 'version' });
    await publish(second, 3, {});
    const third = nodeOn(log);
    expect(await publish(third, 4, version(5))).toMatchObject({ suppressed: 'version' });
    expect(await publish(third, 5, version(1, 'b'))).toMatchObject({ repeated: false });
    expect(await publish(nodeOn(log), 6, version(1, 'b'))).toMatchObject({ suppressed: 'version' });
    // A removed entry starts again.
    await remove(third, 'stored:m', 'v');
    const fourth = nodeOn(log);
    expect(await publish(fourth, 7, version(1, 'b'))).toMatchObject({ repeated: false });
  });

  test('MA11 versions and message keys are read from a reopened database', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-maps-'));
    const once = { entry: { key: 'v' }, key: 'once', version: { number: 5, epoch: 'a' } };
    const reopened = async <T>(use: (world: TestNode) => Promise<T>): Promise<T> => {
      const database = openDatabase(folder, [], () => undefined);
      const used = await use(nodeOn(database.log));
      await database.close();
      return used;
    };
    const publish = (options: object) =>
      reopened((world) => settled(world, world.node.publish('stored:m', '1', options)));
    const first = await publish(once);
    await reopened((world) => settled(world, world.node.trim('stored:m')));
    expect(await publish(once)).toEqual({ ...first, repeated: true, suppressed: 'idempotency' });
    expect(await publish({ ...once, key: 'another' })).toMatchObject({ suppressed: 'version' });
    expect(await publish({ entry: { key: 'v' } })).toMatchObject({ repeated: false });
    expect(await publish({ ...once, key: 'later' })).toMatchObject({ suppressed: 'version' });
    rmSync(folder, { recursive: true });
  });

  test('MA11 versions published while the map is loaded are kept, too', async () => {
    const log = new WatchedLog();
    const at = (number: number, key: string) => ({ entry: { key }, version: { number, epoch: '' } });
    const old = nodeOn(log);
    for (const key of ['a', 'b']) await settled(old, old.node.publish('stored:m', '1', at(5, key)));
    const world = nodeOn(log);
    const answerNow = log.pauseReads();
    const published = [
      world.node.publish('stored:m', '2', at(4, 'a')),
      world.node.publish('stored:m', '2', { entry: { key: 'b' } }),
      world.node.publish('stored:m', '2', at(5, 'b')),
    ];
    await world.clock.settle();
    answerNow();
    const answers = await settled(world, Promise.all(published));
    expect(answers.map(({ suppressed }) => suppressed)).toEqual(['version', undefined, 'version']);
  });

  test('MA10 unused maps make room for others, and are loaded again from the log', async () => {
    const log = new WatchedLog();
    const world = nodeOn(log, { mapBytes: 3_000 });
    const long = 'x'.repeat(500);
    for (const channel of ['stored:1', 'stored:2', 'stored:3', 'stored:4']) {
      for (const key of ['a', 'b', 'c']) await set(world, channel, key, long);
      expect(world.node.maps.bytes).toBeLessThan(3_000 + 1_000);
    }
    for (const channel of ['stored:1', 'stored:2', 'stored:3', 'stored:4']) {
      expect(await entriesIn(world, channel)).toEqual({ a: long, b: long, c: long });
      expect(world.node.maps.bytes).toBeLessThan(3_000 + 1_000);
    }
    // One with subscribers stays; there is no room for a second one then.
    const client = await world.connected();
    await asked(world, client, { channel: 'stored:1', type: 1, phase: 2 });
    expect(await entriesIn(world, 'stored:2')).toBeUndefined();
    await expect(set(world, 'stored:2', 'd', long)).rejects.toThrow('no room for more entries');
    client.hangUp();
    expect(await entriesIn(world, 'stored:2')).toEqual({ a: long, b: long, c: long });
  });

  test('MA6 an entry that grows counts towards the total limit', async () => {
    const world = nodeOn(new WatchedLog(), { mapBytes: 2_000 });
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await set(world, 'stored:m', key);
    await set(world, 'stored:m', 'a', 'x'.repeat(1_500));
    await expect(set(world, 'stored:m', 'b', 'x'.repeat(1_500))).rejects.toThrow('no room for more entries');
    await set(world, 'stored:m', 'a', 'short');
    await set(world, 'stored:m', 'b', 'x'.repeat(1_500));
  });

  test('MA6 a key with a lone surrogate is refused, as it could equal another one', async () => {
    const world = nodeOn(new WatchedLog());
    for (const key of ['\ud800', 'a\udc00', '\ud83d\ud83d']) {
      await expect(set(world, 'stored:m', key)).rejects.toThrow('must not contain incomplete characters');
    }
    await set(world, 'stored:m', '😀');
  });

  test('MA2 a read in parts started in another process continues, or restarts', async () => {
    const log = new WatchedLog();
    const first = nodeOn(log);
    for (const key of ['a', 'b', 'c', 'd']) await set(first, 'stored:m', key);
    const part = { channel: 'stored:m', type: 1, phase: 2, limit: 2 };
    const begun = await asked(first, await first.connected(), part);
    const { cursor, epoch, offset } = (begun?.subscribe ?? {}) as Part;
    const second = nodeOn(log);
    await remove(second, 'stored:m', 'a');
    const answer = await asked(second, await second.connected(), { ...part, limit: 0, cursor, epoch, offset });
    expect(answer).toMatchObject({
      subscribe: { state: [{ key: 'c' }, { key: 'd' }], publications: [{ key: 'a', removed: true }] },
    });
  });
});

describe(`MA10 at random, SEED=${SEED}`, () => {
  for (const kind of ['memory', 'sqlite'] as const) {
    test(`MA10 every process knows what the others have published: ${kind}`, async () => {
      const random = new Random(SEED);
      const folder = mkdtempSync(join(tmpdir(), 'banyan-maps-'));
      const open = () => openDatabase(folder, [], () => undefined);
      let database = kind === 'sqlite' ? open() : undefined;
      const memory = new WatchedLog();
      let world = nodeOn(database?.log ?? memory, { mapBytes: 20_000 });
      const models = new Map(['stored:1', 'stored:2', 'stored:3'].map((name) => [name, new Map<string, unknown>()]));
      try {
        for (let step = 0; step < 300; step += 1) {
          const [channel, model] = random.pick([...models]);
          const act = random.next();
          const key = `k${random.between(0, 8)}`;
          if (act < 0.6) {
            await set(world, channel, key, step);
            model.set(key, step);
          } else if (act < 0.8) {
            await remove(world, channel, key);
            model.delete(key);
          } else if (act < 0.85) await settled(world, world.node.trim(channel));
          else if (act < 0.95) {
            const limit = random.pick([0, 2]);
            expect(await entriesIn(world, channel, limit)).toEqual(Object.fromEntries(model));
          } else {
            if (database !== undefined) {
              await database.close();
              database = open();
            }
            world = nodeOn(database?.log ?? memory, { mapBytes: 20_000 });
          }
        }
      } finally {
        await database?.close();
        rmSync(folder, { recursive: true });
      }
    }, 60_000);
  }
});
