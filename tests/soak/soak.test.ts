import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawClient } from '../faults/raw-client.ts';
import { centrifugeWays } from '../interop/ways/centrifuge.ts';
import { plainWays } from '../interop/ways/plain-http.ts';
import { PUSHER_APPS, pusherWay } from '../interop/ways/pusher.ts';
import { serverApi } from '../interop/ways/server-api.ts';
import { socketIoWays } from '../interop/ways/socketio.ts';
import { API_KEY, type Way } from '../interop/ways/way.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Random } from '../simulation/random.ts';
import type { Held } from './collect-on-signal.ts';
import { live } from './life.ts';
import { growthOf } from './steadiness.ts';
import { Truth } from './truth.ts';

/** The duration; without it, just long enough to show that the test itself works. */
const MINUTES = Number(process.env.BANYAN_SOAK_MINUTES ?? 0.4);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const MINUTE_MS = 60_000;
/** All clients stay for this long; then all leave, and what is left is measured. */
const ROUND_MS = MINUTES < 5 ? 5_000 : 45_000;
/** Concurrent clients. */
const SEATS = MINUTES < 5 ? 30 : 60;
const PASSERS_BY = 4;
const CHANNELS = 8;
/**
 * The allowed growth of heap and resident memory after the warm-up, for any duration: measurement error, and bounded
 * stores that fill slowly, such as the positions of 200,000 publications for Socket.IO recovery. In an hour 100,000
 * connections open and close, so a leak of 60 bytes per connection is found.
 */
const HEAP_GROWTH = 6_000_000;
const RESIDENT_GROWTH = 24_000_000;
const TOKEN = 'the-measurements-of-the-soak';
const WAYS: readonly Way[] = [...centrifugeWays, ...plainWays, pusherWay, ...socketIoWays, serverApi];
const HISTORY = { historySize: 5_000, historyTtlMs: 3 * MINUTE_MS };

const folder = mkdtempSync(join(tmpdir(), 'banyan-soak-'));
const sampleFile = join(folder, 'sample.json');
let server: BanyanProcess;
let truth: Truth;

beforeAll(async () => {
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_API_KEYS: API_KEY,
    BANYAN_METRICS_TOKEN: TOKEN,
    BANYAN_PUSHER_APPS: JSON.stringify(PUSHER_APPS),
    BANYAN_NAMESPACES: JSON.stringify({ demo: HISTORY, log: { ...HISTORY, presence: true } }),
    BUN_OPTIONS: `--preload=${join(import.meta.dir, 'collect-on-signal.ts')}`,
    SOAK_SAMPLE_FILE: sampleFile,
  });
  truth = new Truth(server.url);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

type Sample = Held & { readonly at: number };
type Totals = { lives: number; heard: number; said: number; cuts: number; passedBy: number };

test(
  `OR2 RE1 nothing is lost and no memory leaks in ${MINUTES} minutes (seed ${SEED})`,
  async () => {
    const totals: Totals = { lives: 0, heard: 0, said: 0, cuts: 0, passedBy: 0 };
    const samples: Sample[] = [];
    const end = Date.now() + MINUTES * MINUTE_MS;
    for (let round = 1; Date.now() < end; round += 1) {
      await runRound(round, Date.now() + ROUND_MS, totals);
      await nobodyThere();
      samples.push(await sample());
      tell(round, samples, totals);
    }
    const grown = (key: keyof Held) => growthOf(samples.map((each) => ({ at: each.at, value: each[key] })));
    expect(totals.said).toBeGreaterThan(0);
    expect(totals.heard).toBeGreaterThan(totals.said);
    expect(grown('heapBytes')).toBeLessThan(HEAP_GROWTH);
    expect(grown('residentBytes')).toBeLessThan(RESIDENT_GROWTH);
    expect(grown('descriptors')).toBeLessThan(2);
  },
  (MINUTES + 5) * MINUTE_MS,
);

async function runRound(round: number, until: number, totals: Totals): Promise<void> {
  const seats = Array.from({ length: SEATS }, (_, seat) =>
    liveOn(new Random(SEED + round * 1_000 + seat), until, totals),
  );
  const passersBy = Array.from({ length: PASSERS_BY }, (_, n) =>
    passBy(new Random(SEED + round * 1_000 + SEATS + n), until, totals),
  );
  await Promise.all([...seats, ...passersBy]);
}

/** One run after another. */
async function liveOn(random: Random, until: number, totals: Totals): Promise<void> {
  while (Date.now() < until) {
    const channel = `${random.pick(['demo', 'log'])}:soak-${random.between(1, CHANNELS)}`;
    const lived = await live({ server, truth, random, way: random.pick(WAYS), channel, until });
    totals.lives += 1;
    totals.heard += lived.heard;
    totals.said += lived.said;
    totals.cuts += lived.cuts;
  }
}

/** Clients that connect, send a request, and leave before the reply. */
async function passBy(random: Random, until: number, totals: Totals): Promise<void> {
  while (Date.now() < until) {
    const client = await RawClient.connect(server.socketUrl);
    const channel = `${random.pick(['demo', 'log'])}:soak-${random.between(1, CHANNELS)}`;
    client.send({ subscribe: { channel } }, { history: { channel, limit: 10 } }, { presence: { channel } });
    await Bun.sleep(random.between(0, 100));
    client.end();
    totals.passedBy += 1;
  }
}

/** Resolves once the server has noticed that all have left. */
async function nobodyThere(): Promise<void> {
  for (const deadline = Date.now() + MINUTE_MS; ; await Bun.sleep(100)) {
    const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const text = await response.text();
    const left = ['banyan_connections', 'banyan_subscriptions', 'banyan_channels'].map(
      (name) => [name, Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])] as const,
    );
    if (left.every(([, count]) => count === 0)) return;
    if (Date.now() > deadline) throw new Error(`still there after a minute: ${JSON.stringify(left)}`);
  }
}

async function sample(): Promise<Sample> {
  rmSync(sampleFile, { force: true });
  server.signal('SIGUSR2');
  for (const deadline = Date.now() + MINUTE_MS; Date.now() < deadline; await Bun.sleep(20)) {
    try {
      return { at: Date.now(), ...(JSON.parse(readFileSync(sampleFile, 'utf8')) as Held) };
    } catch {
      // Not yet.
    }
  }
  throw new Error('the server did not say how much it holds');
}

function tell(round: number, samples: readonly Sample[], totals: Totals): void {
  const { heapBytes = 0, residentBytes = 0, descriptors = 0 } = samples.at(-1) ?? {};
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  console.log(
    `round ${round}: heap ${mb(heapBytes)} MB, resident ${mb(residentBytes)} MB, ${descriptors} descriptors; ` +
      Object.entries(totals)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
  );
}
