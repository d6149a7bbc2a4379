import { afterEach, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import { EventSource } from 'eventsource';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './tally.ts';

const CHANNEL = 'open:storm';
const NAMESPACES = JSON.stringify({
  open: { history: 'durable', subscribe: 'everyone', publish: 'everyone', readHistory: 'everyone' },
});
const CLIENTS = 2_000;
const STREAMS = 50;
/** Slow enough that most of them are refused at first. */
const PACE = { BANYAN_CONNECTS_PER_SECOND: '250', BANYAN_BURST_SECONDS: '1', BANYAN_DRAIN_SECONDS: '4' };
const SETTINGS = {
  ...{ BANYAN_CLIENT_ANONYMOUS: 'true', BANYAN_NAMESPACES: NAMESPACES, BANYAN_HISTORY_LIMIT: '10000' },
  ...{ BANYAN_METRICS_ADDRESSES: '127.0.0.1', ...PACE },
};

let server: BanyanProcess;
const cleanups: (() => void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await server.stop();
});

/** A listener and what it has received so far. */
type Listener = { readonly offsets: number[]; isThere: boolean; unrecovered: number };

/** A stock Centrifuge client. */
function centrifuge(codes: number[]): Listener {
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket, timeout: 20_000, maxReconnectDelay: 5_000 });
  const listener: Listener = { offsets: [], isThere: false, unrecovered: 0 };
  const subscription = client.newSubscription(CHANNEL);
  client.on('connecting', ({ code }) => codes.push(code));
  // It reconnected once more at the next attempt, or never.
  client.on('disconnected', ({ code }) => codes.push(code));
  subscription.on('publication', ({ offset = 0 }) => listener.offsets.push(offset));
  subscription.on('subscribing', () => {
    listener.isThere = false;
  });
  subscription.on('subscribed', ({ wasRecovering, recovered }) => {
    listener.isThere = true;
    if (wasRecovering && !recovered) listener.unrecovered += 1;
  });
  subscription.subscribe();
  client.connect();
  cleanups.push(() => client.disconnect());
  return listener;
}

function eventSource(): Listener {
  const source = new EventSource(`${server.url}/sse?channel=${CHANNEL}`);
  const listener: Listener = { offsets: [], isThere: false, unrecovered: 0 };
  source.addEventListener('message', ({ data }) => listener.offsets.push(JSON.parse(data).offset));
  source.addEventListener('error', () => {
    listener.isThere = false;
  });
  source.addEventListener('subscribed', ({ data }) => {
    listener.isThere = true;
    if (JSON.parse(data).recovered === false) listener.unrecovered += 1;
  });
  cleanups.push(() => source.close());
  return listener;
}

async function publish(count: number): Promise<number> {
  let last = 0;
  for (let each = 0; each < count; each += 1) {
    const answer = await fetch(`${server.url}/publish?channel=${CHANNEL}`, { method: 'POST', body: '1' });
    last = ((await answer.json()) as { readonly offset: number }).offset;
  }
  return last;
}

const refusals = async (limit: string) => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`banyan_refusals_total{limit="${limit}"} `));
  return Number(line?.split(' ')[1] ?? 0);
};

describe('ST1 ST3 DR2: two thousand clients whose server restarts', () => {
  test('are disconnected in slices, all reconnect by themselves, and have missed nothing', async () => {
    server = await startBanyan(SETTINGS);
    const codes: number[] = [];
    const listeners = [
      ...Array.from({ length: CLIENTS }, () => centrifuge(codes)),
      ...Array.from({ length: STREAMS }, eventSource),
    ];
    const areThere = () => listeners.filter(({ isThere }) => isThere).length;
    await until('everybody', () => areThere() === listeners.length);
    await publish(3);
    await until('the first publications', () => listeners.every(({ offsets }) => offsets.length === 3));
    const atFirst = await refusals('connects');
    codes.length = 0;
    server.signal('SIGTERM');
    await until('the first slice', () => codes.includes(3_001));
    // The others are still connected and keep going.
    expect(areThere()).toBeGreaterThan(0);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    const last = await publish(1);
    expect(await server.exited).toBe(0);
    await server.restart();
    const end = await publish(5);
    expect([last, end]).toEqual([4, 9]);
    const offsets = Array.from({ length: end }, (_, index) => index + 1);
    await until('everybody again', () => listeners.every((each) => each.isThere && each.offsets.length >= end));
    expect(listeners.filter((each) => each.offsets.join() !== offsets.join())).toEqual([]);
    expect(listeners.filter(({ unrecovered }) => unrecovered > 0)).toEqual([]);
    // 1 is the client's own code for a connection that failed to open.
    expect([...new Set(codes)].filter((code) => code !== 1)).toEqual([3_001]);
    expect(codes.filter((code) => code === 3_001)).toHaveLength(CLIENTS);
    // They reconnect as fast as this machine allows, at the first attempt or the second.
    expect(atFirst + (await refusals('connects'))).toBeGreaterThan(0);
  }, 120_000);
});
