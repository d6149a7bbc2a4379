import { afterEach, describe, expect, test } from 'bun:test';
import type { Centrifuge } from 'centrifuge';
import { clientFrame } from '../../src/wire-clients/frames.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { findViolations } from './oracle.ts';
import { RawClient } from './raw-client.ts';
import { until } from './tally.ts';
import { Traffic } from './traffic.ts';

const MIB = 1_024 * 1_024;
const CHANNEL = 'open:witnessed';
const NAMESPACES = JSON.stringify({
  open: { history: 'durable', presence: true, subscribe: 'everyone', publish: 'everyone', readHistory: 'everyone' },
});
const SETTINGS = { BANYAN_CLIENT_ANONYMOUS: 'true', BANYAN_NAMESPACES: NAMESPACES, BANYAN_HISTORY_LIMIT: '10000' };
const METRICS = { BANYAN_METRICS_ADDRESSES: '127.0.0.1' };
const ANSWERS = 50;

let server: BanyanProcess;
let traffic: Traffic;
const raws: RawClient[] = [];
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.end();
  traffic.close();
  await server.stop();
});

async function start(settings: Readonly<Record<string, string>>): Promise<void> {
  server = await startBanyan({ ...SETTINGS, ...METRICS, ...settings });
  traffic = new Traffic(server.socketUrl);
}

async function rawClient(): Promise<RawClient> {
  const raw = await RawClient.connect(server.socketUrl);
  raws.push(raw);
  return raw;
}

/** Many commands in one frame. */
function burst(count: number, command: object): Uint8Array {
  const lines = Array.from({ length: count }, (_, index) => JSON.stringify({ id: index + 10, ...command }));
  return clientFrame(lines.join('\n'));
}

/** Connects and sends bursts until it is closed, repeatedly; returns the count of each close code. */
async function flood(command: object, isOver: () => boolean): Promise<Map<number, number>> {
  const closed = new Map<number, number>();
  while (!isOver()) {
    const raw = await rawClient();
    let isOpen = true;
    raw.closed.then(() => {
      isOpen = false;
    });
    while (isOpen && !isOver()) {
      raw.write(burst(500, command));
      await Bun.sleep(5);
    }
    raw.end();
    const code = await raw.closed;
    closed.set(code, (closed.get(code) ?? 0) + 1);
  }
  return closed;
}

/** A well-behaved client: one publication at a time, each answered. */
async function behave(client: Centrifuge): Promise<void> {
  for (let count = 0; count < ANSWERS; count += 1) {
    const id = `calm-${count}`;
    expect(await traffic.publish(client, { channel: CHANNEL, sender: 'calm', id })).toMatchObject({ outcome: 'acked' });
  }
}

const metric = async (line: string) => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.split(' ')[1] ?? 0,
  );
};

describe('LI2 LI8: flooding clients', () => {
  test('are closed with 3013, while a well-behaved client gets every reply', async () => {
    await start({ BANYAN_COMMANDS_PER_SECOND: '500', BANYAN_BURST_SECONDS: '1' });
    await traffic.follow('reader', [CHANNEL]);
    const calm = await traffic.connect();
    let isOver = false;
    const kinds = [
      { publish: { channel: 'open:flooded', data: 'x'.repeat(50) } },
      { presence_stats: { channel: CHANNEL } },
      { history: { channel: CHANNEL, limit: 100 } },
      { subscribe: { channel: CHANNEL } },
    ];
    const floods = kinds.map((kind) => flood(kind, () => isOver));
    await behave(calm).finally(() => {
      isOver = true;
    });
    for (const closed of await Promise.all(floods)) expect(closed.get(3_013) ?? 0).toBeGreaterThan(0);
    expect(findViolations(await traffic.evidence())).toEqual([]);
    expect(traffic.lost).toEqual([]);
    expect(await metric('banyan_refusals_total{limit="commands"}')).toBeGreaterThan(0);
    expect(await metric('banyan_disconnects_total{reason="tooManyRequests"}')).toBeGreaterThan(0);
  }, 90_000);

  test('that never read their replies take bounded memory', async () => {
    await start({
      BANYAN_COMMANDS_PER_SECOND: '200000',
      BANYAN_USER_COMMANDS_PER_SECOND: '0',
      BANYAN_MAX_CONNECTION_BACKLOG_BYTES: String(MIB),
    });
    const calm = await traffic.connect();
    for (let count = 0; count < 50; count += 1) {
      await traffic.publish(calm, { channel: CHANNEL, sender: 'calm', id: `long-${count}` }, 'x'.repeat(5_000));
    }
    const before = server.residentBytes();
    const deaf = await Promise.all(Array.from({ length: 10 }, rawClient));
    let after = before;
    for (const raw of deaf) raw.stopReading();
    // The replies amount to 10 GB.
    for (let round = 0; round < 40; round += 1) {
      for (const raw of deaf) raw.write(burst(100, { history: { channel: CHANNEL, limit: 50 } }));
      await traffic.publish(calm, { channel: CHANNEL, sender: 'calm', id: `calm-${round}` });
      after = Math.max(after, server.residentBytes());
    }
    expect(after - before).toBeLessThan(200 * MIB);
    for (const raw of deaf) raw.readOn();
    await until('their end', async () => (await metric('banyan_connections')) <= 1);
    expect(findViolations(await traffic.evidence())).toEqual([]);
  }, 60_000);

  test('LI6: from one address keep nobody else out', async () => {
    await start({
      BANYAN_TRUSTED_PROXIES: '127.0.0.1',
      BANYAN_ADDRESS_CONNECTS_PER_SECOND: '20',
      BANYAN_ADDRESS_CONNECTION_LIMIT: '30',
      BANYAN_BURST_SECONDS: '2',
    });
    const open = async (address: string) => {
      const response = await fetch(`${server.url}/sse?channel=${CHANNEL}`, {
        headers: { 'X-Forwarded-For': address },
        signal: leaving.signal,
      });
      return response.status;
    };
    const leaving = new AbortController();
    const flooding = await Promise.all(Array.from({ length: 200 }, () => open('203.0.113.7')));
    expect(flooding.filter((status) => status === 200)).toHaveLength(30);
    expect(flooding.filter((status) => status === 429)).toHaveLength(170);
    const others = await Promise.all(Array.from({ length: 50 }, (_, index) => open(`198.51.100.${index}`)));
    expect(others).toEqual(Array(50).fill(200));
    leaving.abort();
    await until('their end', async () => (await metric('banyan_connections')) === 0);
    await until('room', async () => (await open('203.0.113.7').catch(() => 0)) !== 429);
  }, 30_000);

  test('ST1: a crowd of new clients does not affect connected ones', async () => {
    await start({ BANYAN_CONNECTS_PER_SECOND: '20', BANYAN_BURST_SECONDS: '1' });
    await traffic.follow('reader', [CHANNEL]);
    const calm = await traffic.connect();
    let isOver = false;
    const knock = async () => {
      for (; !isOver; await Bun.sleep(1))
        await RawClient.open(server.socketUrl).then(
          (raw) => raws.push(raw),
          () => 0,
        );
    };
    const herd = Array.from({ length: 50 }, knock);
    await behave(calm).finally(() => {
      isOver = true;
    });
    await Promise.all(herd);
    expect(await metric('banyan_refusals_total{limit="connects"}')).toBeGreaterThan(raws.length);
    expect(findViolations(await traffic.evidence())).toEqual([]);
    expect(traffic.lost).toEqual([]);
  }, 60_000);
});
