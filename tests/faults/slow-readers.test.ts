import { afterEach, expect, test } from 'bun:test';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { dataOf, type Mark, marksOf, type SlowLine, WAYS, type Way } from './slow-lines.ts';
import { until } from './tally.ts';

const MIB = 1_024 * 1_024;
const TOKEN = 'a-token-for-prometheus-alone';
const API_KEY = 'a-key-for-the-tests-of-slow-readers';
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const PADDING = 'x'.repeat(20_000);

let server: BanyanProcess;
const lines: SlowLine[] = [];
let published: Mark[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) line.cut();
  published = [];
  await server.stop();
});

/** A server with the namespace `shop`, which also belongs to a Pusher app. */
async function start(namespace: object): Promise<void> {
  const app = { id: 'shop', key: 'shop', secret: 'a secret for the tests', namespace: 'shop' };
  server = await startBanyan({
    ...{ BANYAN_CLIENT_INSECURE: 'true', BANYAN_METRICS_TOKEN: TOKEN, BANYAN_API_KEYS: API_KEY },
    // The lines answer no ping, and on a busy machine a test takes longer than a client may be silent.
    BANYAN_PING_SECONDS: '600',
    BANYAN_NAMESPACES: JSON.stringify({
      shop: { history: 'memory', historySize: 2_000, subscribe: 'everyone', ...namespace },
    }),
    BANYAN_PUSHER_APPS: JSON.stringify([app]),
  });
}

async function publish(padding = PADDING): Promise<void> {
  const number = published.length + 1;
  const mark = { number, key: KEYS[number % KEYS.length] ?? '' };
  published.push(mark);
  const body = JSON.stringify({ channel: 'shop:x', data: dataOf(mark, padding), tags: { key: mark.key } });
  const response = await fetch(`${server.url}/api/publish`, {
    method: 'POST',
    headers: { 'X-API-Key': API_KEY },
    body,
  });
  const { error } = (await response.json()) as { readonly error?: object };
  if (error !== undefined) throw new Error(JSON.stringify(error));
}

/** A metric's value; 0 if it is absent. */
async function metric(name: string): Promise<number> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  const line = (await answer.text()).split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

async function enter(ways: readonly Way[] = WAYS): Promise<SlowLine[]> {
  const entered = await Promise.all(ways.map(({ open }) => open(server.url)));
  lines.push(...entered);
  await until('everyone is in', async () => (await metric('banyan_subscriptions')) === ways.length);
  await publish('');
  await heardLast(entered);
  return entered;
}

/** Everyone has received the last publication. */
async function heardLast(those: readonly SlowLine[]): Promise<void> {
  const last = () => those.map((line) => marksOf(line).at(-1)?.number);
  try {
    await until(`number ${published.length}`, () => last().every((number) => number === published.length));
  } catch (error) {
    throw new Error(`the lines heard ${last().join(', ')} last`, { cause: error });
  }
}

/** The newest publication of each key. */
function newest(marks: readonly Mark[]): Record<string, number> {
  return Object.fromEntries(marks.map(({ key, number }) => [key, number]));
}

test('SL4: a client that stops reading gets the newest of each key, and then everything, in each protocol; others are not affected', async () => {
  await start({ conflate: true });
  const [quick] = (await enter(WAYS.slice(0, 1))) as [SlowLine];
  const slow = await Promise.all(WAYS.map(({ open }) => open(server.url)));
  lines.push(...slow);
  await until('everyone is in', async () => (await metric('banyan_subscriptions')) === 1 + WAYS.length);
  await publish('');
  await heardLast(slow);
  for (const line of slow) line.stopReading();
  const before = server.residentBytes();
  await until('all are behind', async () => {
    await publish();
    return (await metric('banyan_connections_behind')) === WAYS.length;
  });
  for (let more = 0; more < 1_500; more += 1) await publish();
  // Without conflation 30 MB would wait for each of them.
  expect(server.residentBytes() - before).toBeLessThan(100 * MIB);
  expect(await metric('banyan_disconnects_total{reason="slow"}')).toBe(0);
  for (const line of slow) line.readOn();
  await heardLast(slow);
  await until('nobody is behind', async () => (await metric('banyan_connections_behind')) === 0);
  await publish('');
  await publish('');
  await heardLast([...slow, quick]);
  expect(marksOf(quick).map(({ number }) => number)).toEqual(published.map(({ number }) => number));
  for (const [index, line] of slow.entries()) {
    const marks = marksOf(line);
    const numbers = marks.map(({ number }) => number);
    expect([WAYS[index]?.name, numbers]).toEqual([WAYS[index]?.name, [...numbers].sort((one, two) => one - two)]);
    expect([WAYS[index]?.name, new Set(numbers).size]).toEqual([WAYS[index]?.name, numbers.length]);
    expect([WAYS[index]?.name, newest(marks)]).toEqual([WAYS[index]?.name, newest(published)]);
    expect(numbers.length).toBeLessThan(published.length - 250);
  }
  expect(await metric('banyan_publications_replaced_total')).toBeGreaterThan(250 * WAYS.length);
}, 60_000);

test('SL1: a client that stops reading is told that it was too slow, is counted, and misses nothing when it returns', async () => {
  await start({});
  const slow = await enter();
  for (const line of slow) line.stopReading();
  const countSlow = () => metric('banyan_disconnects_total{reason="slow"}');
  await until('all were too slow', async () => {
    await publish();
    return (await countSlow()) === WAYS.length;
  });
  for (const line of slow) line.readOn();
  await Promise.all(slow.map(({ closed: ended }) => ended));
  for (let more = 0; more < 5; more += 1) await publish();
  for (const [index, { name, disconnectReason: lastWord, back }] of WAYS.entries()) {
    const before = slow[index] as SlowLine;
    expect([name, before.text.slice(-300).includes(lastWord)]).toEqual([name, true]);
    const after = await back?.(server.url, before);
    if (after !== undefined) {
      lines.push(after);
      await heardLast([after]);
    }
    const numbers = [before, ...(after === undefined ? [] : [after])].flatMap(marksOf).map(({ number }) => number);
    expect([name, numbers]).toEqual([name, numbers.map((_, at) => at + 1)]);
  }
}, 60_000);

test('SL1: a client that never reads again is dropped together with its buffer', async () => {
  await start({});
  const folder = `/proc/${server.pid}/fd`;
  const openSockets = () => readdirSync(folder).filter((name) => isSocket(join(folder, name))).length;
  const before = openSockets();
  const slow = await enter();
  for (const line of slow) line.stopReading();
  await until('all were too slow', async () => {
    await publish();
    return (await metric('banyan_disconnects_total{reason="slow"}')) === WAYS.length;
  });
  // A connection of the test's own requests may remain.
  await until('all sockets are closed', () => openSockets() <= before + 2);
  for (const line of slow) line.readOn();
}, 60_000);

/** Connections closed meanwhile do not count. */
function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor).startsWith('socket:');
  } catch {
    return false;
  }
}
