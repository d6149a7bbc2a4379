import { afterEach, describe, expect, test } from 'bun:test';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Collector } from '../servers/collector.ts';
import { Records } from '../servers/records.ts';
import { until } from './tally.ts';

const TOKEN = 'a-token-for-prometheus-alone';
const NAMESPACES = { free: { publish: 'everyone', history: 'durable' } };
/** A port without a listener. */
const NOWHERE = 'http://127.0.0.1:9';
/** More than the maximum number of waiting spans. */
const MANY = 3_000;

let server: BanyanProcess;
let records: Records;
const collectors: Collector[] = [];
afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.stop();
  records.remove();
});

function createCollector(mood: Collector['behaviour'] = 'well'): Collector {
  const collector = new Collector();
  collector.behaviour = mood;
  collectors.push(collector);
  return collector;
}

async function start(endpoint: string): Promise<void> {
  records = new Records();
  server = await startBanyan(
    {
      BANYAN_CLIENT_ANONYMOUS: 'true',
      BANYAN_LOG_FORMAT: 'json',
      BANYAN_LOG_LEVEL: 'info',
      BANYAN_METRICS_TOKEN: TOKEN,
      BANYAN_NAMESPACES: JSON.stringify(NAMESPACES),
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    },
    records.through,
  );
}

/** Publishes this often and returns how many publications were accepted. */
async function publish(times: number): Promise<number> {
  let accepted = 0;
  for (let left = times; left > 0; left -= 100) {
    const some = Array.from({ length: Math.min(left, 100) }, async (_, n) => {
      const { status } = await fetch(`${server.url}/publish?channel=free:x`, { method: 'POST', body: String(n) });
      if (status === 200) accepted += 1;
    });
    await Promise.all(some);
  }
  return accepted;
}

/** A counter of `/metrics`; 0 while it is absent. */
async function metric(name: string): Promise<number> {
  const response = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  const line = (await response.text()).split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

const failed = () => metric('banyan_spans_dropped_total{reason="exportFailed"}');
const full = () => metric('banyan_spans_dropped_total{reason="queueFull"}');

describe('OB5 a failing trace collector', () => {
  test.each([
    ['is unreachable', () => NOWHERE],
    ['responds with errors', () => createCollector('failing').url],
  ])(
    'OB5 that %s loses spans, which are counted and reported once',
    async (_what, endpoint) => {
      await start(endpoint());
      expect(await publish(20)).toBe(20);
      await until('the first spans are dropped', async () => (await failed()) > 0);
      const before = await failed();
      expect(await publish(20)).toBe(20);
      await until('more spans are dropped', async () => (await failed()) > before);
      expect(records.of('traces.dropped')).toMatchObject([{ level: 'warn', reason: 'exportFailed' }]);
      expect(await metric('banyan_spans_exported_total')).toBe(0);
      await server.stop();
      expect(await server.exited).toBe(0);
    },
    40_000,
  );

  test('OB5 that never responds holds a bounded number of spans and delays no publication', async () => {
    await start(createCollector('silent').url);
    expect(await publish(MANY)).toBe(MANY);
    await until('spans are dropped', async () => (await full()) > 0);
    expect(await publish(20)).toBe(20);
    expect(records.of('traces.dropped')).toHaveLength(1);
    await server.stop();
    expect(await server.exited).toBe(0);
  }, 60_000);

  test('OB5 that recovers is reported once, and receives later spans', async () => {
    const collector = createCollector('failing');
    await start(collector.url);
    await publish(1);
    await until('the first spans are dropped', async () => (await failed()) > 0);
    collector.behaviour = 'well';
    for (let n = 0; n < 3; n += 1) {
      const before = collector.spans.length;
      await publish(1);
      await until('the next arrive', () => collector.spans.length > before);
    }
    expect(records.of('traces.recovered')).toHaveLength(1);
    await server.stop();
  }, 40_000);
});

test('OB5 the last spans are sent when the server stops', async () => {
  const collector = createCollector();
  await start(collector.url);
  await publish(3);
  await server.stop();
  expect(collector.spans.filter(({ name }) => name === 'POST /publish')).toHaveLength(3);
});
