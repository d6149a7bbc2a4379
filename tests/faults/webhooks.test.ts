import { Database } from 'bun:sqlite';
import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'bun';
import PusherServer from 'pusher';
import PusherClient from 'pusher-js';
import { until } from '../interop/until.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { clientOf, register } from '../servers/people.ts';
import { Random } from '../simulation/random.ts';
import { SEED } from './crashes.ts';

const APP = { id: '3', key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8' };
const pusher = new PusherServer({ appId: APP.id, key: APP.key, secret: APP.secret, host: 'localhost' });

type Told = { readonly delivery: string; readonly channels: readonly string[] };

/** A webhook receiver at a fixed address, whether it is running or not. */
class Receiver {
  /** The accepted deliveries, in order. */
  readonly taken: Told[] = [];
  /** How many requests have reached it, accepted or not. */
  asked = 0;
  answer: (told: Told, path: string) => Promise<Response> | Response = () => new Response();
  readonly port: number;
  #server: Server<undefined> | undefined;

  constructor() {
    // A free port that the system assigns to nobody else while it is not listened on.
    this.#server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: this.#hear });
    this.port = this.#server.port ?? 0;
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Cuts running requests, and refuses connections. */
  async away(): Promise<void> {
    await this.#server?.stop(true);
    this.#server = undefined;
  }

  back(): void {
    this.#server = Bun.serve({ port: this.port, hostname: '127.0.0.1', fetch: this.#hear });
  }

  readonly #hear = async (request: Request): Promise<Response> => {
    const rawBody = await request.text();
    const webhook = pusher.webhook({ headers: Object.fromEntries(request.headers), rawBody } as never);
    expect(webhook.isValid()).toBe(true);
    const delivery = request.headers.get('x-banyan-delivery') ?? '';
    const told = { delivery, channels: (webhook.getEvents() as { channel: string }[]).map(({ channel }) => channel) };
    this.asked += 1;
    const response = await this.answer(told, new URL(request.url).pathname);
    if (response.ok) this.taken.push(told);
    return response;
  };
}

let server: BanyanProcess;
let receiver: Receiver;
let folder = '';
const clients: PusherClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server.stop();
  await receiver.away();
  rmSync(folder, { recursive: true, force: true });
});

async function start(hooks: readonly object[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'banyan-webhooks-'));
  const apps = JSON.stringify([{ ...APP, webhooks: hooks }]);
  server = await startBanyan({ BANYAN_DATA: folder, BANYAN_PUSHER_APPS: apps, BANYAN_LOG_LEVEL: 'error', ...env });
}

/** Subscribes a client to the channels, which triggers webhooks. */
function occupy(...channels: readonly string[]): PusherClient {
  const { hostname: wsHost, port } = new URL(server.url);
  const ways = { cluster: '', wsHost, wsPort: Number(port), forceTLS: false, enabledTransports: ['ws' as const] };
  const client = new PusherClient(APP.key, ways);
  clients.push(client);
  for (const channel of channels) client.subscribe(channel);
  return client;
}

/** Undelivered webhooks on disk, in order. */
function outbox(): Told[] {
  const database = new Database(join(folder, 'banyan.db'), { readonly: true });
  const rows = database.query<{ data: string }, []>('SELECT data FROM works ORDER BY id').all();
  database.close();
  return rows.map(({ data }) => {
    const { id, body } = JSON.parse(data) as { id: string; body: { events: { channel: string }[] } };
    return { delivery: id, channels: body.events.map(({ channel }) => channel) };
  });
}

/** Waits for the next attempt of a failed delivery, which can take longer than one `until`. */
async function emptied(): Promise<void> {
  for (let patience = 5; patience > 0 && outbox().length > 0; patience -= 1) {
    await until(() => outbox().length === 0).catch(() => undefined);
  }
}

const tellsOf = (channel: string) => receiver.taken.filter(({ channels }) => channels.includes(channel));

test('PU9 a webhook that a killed process did not deliver is delivered by the next one, as the same delivery', async () => {
  receiver = new Receiver();
  await start([{ url: receiver.url() }]);
  const stalled: string[] = [];
  receiver.answer = ({ delivery }) => {
    stalled.push(delivery);
    return new Promise<never>(() => undefined);
  };
  occupy('a').connection.bind('disconnected', () => undefined);
  await until(() => stalled.length === 1);
  for (const client of clients.splice(0)) client.disconnect();
  await server.crash();
  receiver.answer = () => new Response();
  await server.restart();
  await until(() => receiver.taken.length > 0);
  expect(receiver.taken[0]).toEqual({ delivery: stalled[0] as string, channels: ['a'] });
  await until(() => outbox().length === 0);
}, 30_000);

test("PU9 events during the receiver's downtime are delivered in order when it returns, over a stop and a kill", async () => {
  receiver = new Receiver();
  await start([{ url: receiver.url() }]);
  await receiver.away();
  for (const [round, channel] of ['a', 'b', 'c'].entries()) {
    const client = occupy(channel);
    await until(() => outbox().some(({ channels }) => channels.includes(channel)));
    client.disconnect();
    if (round === 1) await server.restart();
    else {
      await server.crash();
      await server.restart();
    }
  }
  const kept = outbox();
  receiver.back();
  await emptied();
  expect(receiver.taken).toEqual(kept);
}, 60_000);

test('PU9 a delivery that breaks off is repeated; a stalled one blocks only itself', async () => {
  receiver = new Receiver();
  await start([{ url: receiver.url('/cut') }, { url: receiver.url('/stalled') }]);
  const paths: string[] = [];
  let first = true;
  receiver.answer = async (_told, path) => {
    if (path === '/stalled') return new Promise<never>(() => undefined);
    paths.push(path);
    if (!first) return new Response();
    first = false;
    // Cut in the middle of the response.
    setImmediate(() => void receiver.away().then(() => receiver.back()));
    return new Promise<never>(() => undefined);
  };
  occupy('a');
  await until(() => tellsOf('a').length > 0);
  expect(receiver.taken).toHaveLength(1);
  expect(paths.length).toBeGreaterThan(1);
  await until(() => outbox().length === 1);
}, 30_000);

test('PU9 a receiver that always fails makes dead letters, which the owner sees and retries', async () => {
  receiver = new Receiver();
  receiver.answer = () => new Response('', { status: 500 });
  await start([{ url: receiver.url() }], { BANYAN_WEBHOOK_ATTEMPTS: '2' });
  const owner = clientOf(server, await register(server, 'owner', server.ownerInvite as string));
  occupy('a');
  const listed = () => owner.call('deadLetters.list', {});
  await until(async () => (await listed()).total === 1);
  const { letters } = await listed();
  expect(letters).toMatchObject([{ queue: 'webhook', lane: `3 ${receiver.url()}`, attempts: 2, reason: 'status 500' }]);
  expect(receiver.asked).toBe(2);
  const letter = await owner.call('deadLetters.get', { id: letters[0]?.id ?? '' });
  expect(JSON.parse(letter.data)).toMatchObject({ app: '3', body: { events: [{ channel: 'a' }] } });
  // It would reconnect and trigger another webhook.
  for (const client of clients.splice(0)) client.disconnect();
  await server.crash();
  await server.restart();
  expect(await listed()).toMatchObject({ total: 1, waiting: 0, letters: [{ id: letter.id }] });
  receiver.answer = () => new Response();
  expect(await owner.call('deadLetters.retryAll', {})).toEqual({ count: 1 });
  await until(() => receiver.taken.length > 0);
  expect(receiver.taken).toEqual([{ delivery: JSON.parse(letter.data).id, channels: ['a'] }]);
  await until(async () => (await listed()).total === 0);
}, 30_000);

test(`PU9 kills at any moment lose and reorder nothing that was on disk (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  receiver = new Receiver();
  await start([{ url: receiver.url() }], { BANYAN_WEBHOOK_ATTEMPTS: '1000' });
  await receiver.away();
  for (let round = 0; round < 5; round += 1) {
    const client = occupy();
    for (let channel = 0; channel < 15; channel += 1) {
      client.subscribe(`r${round}-${channel}`);
      await Bun.sleep(random.between(0, 20));
    }
    client.disconnect();
    await server.crash();
    await server.restart();
  }
  const kept = outbox();
  expect(kept.length).toBeGreaterThan(5);
  let failures = 3;
  receiver.answer = async () => {
    await Bun.sleep(random.between(0, 20));
    if (!random.chance(0.1) || failures-- <= 0) return new Response();
    return new Response('', { status: 503 });
  };
  receiver.back();
  for (let round = 0; round < 4; round += 1) {
    await Bun.sleep(random.between(50, 300));
    await server.crash();
    await server.restart();
  }
  await emptied();
  expect(outbox()).toEqual([]);
  const firsts = receiver.taken.filter(
    ({ delivery }, index, all) => all.findIndex((other) => other.delivery === delivery) === index,
  );
  expect(firsts).toEqual(kept);
}, 60_000);
