import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

const TOKEN = 'a-token-for-prometheus-alone';

let server: BanyanProcess;
let shut: BanyanProcess;
let listed: BanyanProcess;

beforeAll(async () => {
  [server, shut, listed] = await Promise.all([
    startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_METRICS_TOKEN: TOKEN }),
    startBanyan(),
    startBanyan({ BANYAN_METRICS_ADDRESSES: '127.0.0.0/8', BANYAN_TRUSTED_PROXIES: '127.0.0.2' }),
  ]);
});
afterAll(() => Promise.all([server.stop(), shut.stop(), listed.stop()]));

const metrics = ({ url }: BanyanProcess, headers: Record<string, string> = {}) => fetch(`${url}/metrics`, { headers });

/** The values of all metrics, by name and labels. */
async function values(): Promise<ReadonlyMap<string, number>> {
  const text = await (await metrics(server, { Authorization: `Bearer ${TOKEN}` })).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('OB1 /metrics', () => {
  test('OB1 is refused without authorization', async () => {
    for (const headers of [{}, { Authorization: 'Bearer x' }, { Authorization: 'Bearer ' }, { Accept: 'text/html' }]) {
      expect((await metrics(server, headers as Record<string, string>)).status).toBe(404);
      expect((await metrics(shut, headers as Record<string, string>)).status).toBe(404);
    }
  });

  test('OB1 is open to listed addresses, but not to clients of an unknown proxy', async () => {
    expect((await metrics(listed)).status).toBe(200);
    expect((await metrics(listed, { 'X-Forwarded-For': '127.0.0.1' })).status).toBe(404);
    expect((await metrics(listed, { Forwarded: 'for=127.0.0.1' })).status).toBe(404);
  });

  test('counts what happens', async () => {
    const before = await values();
    const clients = await Promise.all([1, 2, 3].map(() => subscribed('log:counted')));
    for (const n of [1, 2, 3, 4]) await clients[0]?.publish('log:counted', n);
    await clients[0]?.publish('nowhere:x', 1).catch(() => undefined);
    await fetch(`${server.url}/publish?channel=log:counted`, { method: 'POST', body: '5' });
    const during = await values();
    const grown = (name: string) => (during.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown('banyan_connections')).toBe(3);
    expect(grown('banyan_subscriptions')).toBe(3);
    expect(grown('banyan_channels')).toBe(1);
    expect(grown('banyan_publications_total')).toBe(5);
    expect(grown('banyan_deliveries_total')).toBe(15);
    expect(grown('banyan_delivery_delay_seconds_count')).toBe(15);
    expect(grown('banyan_append_seconds_count')).toBe(5);
    expect(grown('banyan_append_seconds_bucket{le="+Inf"}')).toBe(5);
    expect(grown('banyan_commands_total')).toBe(3 + 4 + 1);
    expect(grown('banyan_command_errors_total{error="unknownChannel"}')).toBe(1);
    expect(grown('banyan_http_requests_total{status="200"}')).toBe(1);
    expect(during.get('banyan_append_queue_length')).toBe(0);
    expect(during.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    for (const client of clients) client.disconnect();
    while ((await values()).get('banyan_connections') !== before.get('banyan_connections')) await Bun.sleep(10);
    const after = await values();
    for (const name of ['banyan_subscriptions', 'banyan_channels']) expect(after.get(name)).toBe(before.get(name) ?? 0);
  });
});

type Check = { readonly ok: boolean; readonly ms: number };

describe('OB2 /readyz', () => {
  test('OB2 reports for each dependency whether it responds, and how fast', async () => {
    const response = await fetch(`${shut.url}/readyz`);
    expect(response.status).toBe(200);
    const { status, checks } = (await response.json()) as { status: string; checks: Record<string, Check> };
    expect([status, Object.keys(checks)]).toEqual(['ready', ['database reads', 'database writes', 'open files']]);
    for (const { ok, ms } of Object.values(checks)) {
      expect(ok).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(0);
    }
  });
});

test('OB2 /readyz is 503 while the database accepts no writes, and 200 again afterwards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-ready-'));
  const locked = await startBanyan({ BANYAN_DATA: folder });
  const other = new Database(join(folder, 'banyan.db'));
  other.run('BEGIN IMMEDIATE');
  const ready = async () => {
    const response = await fetch(`${locked.url}/readyz`);
    const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean }> };
    return [response.status, checks['database reads']?.ok, checks['database writes']?.ok];
  };
  expect(await ready()).toEqual([503, true, false]);
  other.run('ROLLBACK');
  other.close();
  while ((await ready())[0] !== 200) await Bun.sleep(50);
  await locked.stop();
  rmSync(folder, { recursive: true, force: true });
}, 20_000);

async function subscribed(channel: string): Promise<Centrifuge> {
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket });
  client.newSubscription(channel).subscribe();
  client.connect();
  await client.getSubscription(channel)?.ready(5_000);
  return client;
}
