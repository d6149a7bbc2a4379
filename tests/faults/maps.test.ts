import { afterEach, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Random } from '../simulation/random.ts';
import { ROUNDS, SEED } from './crashes.ts';

/** Fewer kills, so that the run takes about as long as `crash.test.ts`. */
const KILLS = Math.ceil(ROUNDS / 5);
const API_KEY = 'a key for tests only';
const CHANNEL = 'board:one';
/** So little history that an entry cannot be rebuilt from it. */
const BOARD = { type: 'map', history: 'durable', historySize: 5, subscribe: 'everyone' };
const SETTINGS = {
  ...{ BANYAN_CLIENT_ANONYMOUS: 'true', BANYAN_API_KEYS: API_KEY },
  BANYAN_NAMESPACES: JSON.stringify({ board: BOARD }),
};

let server: BanyanProcess;
const clients: Centrifuge[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server.stop();
});

type Update = { readonly key: string; readonly data: unknown; readonly removed?: boolean };
/**
 * The possible values of an entry: after an unanswered write it is unknown whether the write happened. Undefined:
 * absent.
 */
type Possible = readonly (number | undefined)[];

/** False when there was no reply. Throws on a refusal. */
async function write(key: string, value: number | undefined): Promise<boolean> {
  const [method, data] = value === undefined ? ['map_remove', {}] : ['map_publish', { data: value }];
  const headers = { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' };
  const body = JSON.stringify({ channel: CHANNEL, key, ...data });
  try {
    const response = await fetch(`${server.url}/api/${method}`, { method: 'POST', headers, body });
    const { error } = (await response.json()) as { error?: unknown };
    return error === undefined;
  } catch {
    return false;
  }
}

/** Sets and removes its own entries, one after another, until it is stopped. */
class Writer {
  readonly possible = new Map<string, Possible>();
  acked = 0;
  unknown = 0;
  #isStopped = false;
  #done: Promise<void> = Promise.resolve();
  readonly #keys: readonly string[];
  readonly #random: Random;

  constructor(name: string, random: Random) {
    this.#keys = Array.from({ length: 20 }, (_, index) => `${name}-${index}`);
    this.#random = random;
  }

  start(): void {
    this.#isStopped = false;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const key = this.#random.pick(this.#keys);
      const value = this.#random.chance(0.3) ? undefined : this.#random.between(0, 1_000_000);
      const before = this.possible.get(key) ?? [undefined];
      this.possible.set(key, [...before, value]);
      if (await write(key, value)) {
        this.possible.set(key, [value]);
        this.acked += 1;
      } else {
        this.unknown += 1;
        await Bun.sleep(5);
      }
    }
  }
}

/** The map as the official client shows it. */
async function viewed(): Promise<Map<string, unknown>> {
  const client = new Centrifuge(server.socketUrl, {
    websocket: WebSocket,
    minReconnectDelay: 20,
    maxReconnectDelay: 100,
  });
  clients.push(client);
  client.connect();
  const subscription = client.newMapSubscription(CHANNEL, { pageSize: 7 });
  const entries = new Map<string, unknown>();
  const apply = ({ key, data, removed }: Update) => (removed === true ? entries.delete(key) : entries.set(key, data));
  subscription.on('sync', ({ entries: all }) => {
    entries.clear();
    for (const each of all) apply(each as Update);
  });
  subscription.on('update', (update) => apply(update as Update));
  subscription.subscribe();
  await subscription.ready(20_000);
  return entries;
}

test(`MA10 AC1 what was acked of a map survives ${KILLS} kills (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  server = await startBanyan(SETTINGS);
  const stays = await viewed();
  const writers = ['ada', 'bob', 'cyd'].map((name, index) => new Writer(name, new Random(SEED + index)));
  for (let kill = 0; kill < KILLS; kill += 1) {
    for (const writer of writers) writer.start();
    await Bun.sleep(random.between(20, 250));
    await server.crash();
    await Promise.all(writers.map((writer) => writer.stop()));
    await server.restart();
    const entries = await viewed();
    for (const { possible } of writers) {
      for (const [key, values] of possible) {
        expect([key, values.includes(entries.get(key) as number | undefined)]).toEqual([key, true]);
        possible.set(key, [entries.get(key) as number | undefined]);
      }
    }
  }
  // A client connected all the time has seen the same result.
  const entries = Object.fromEntries(await viewed());
  for (const deadline = Date.now() + 10_000; !Bun.deepEquals(Object.fromEntries(stays), entries); await Bun.sleep(20)) {
    if (Date.now() > deadline) expect(Object.fromEntries(stays)).toEqual(entries);
  }
  // Otherwise the kills have hit nothing.
  expect(writers.reduce((sum, { acked }) => sum + acked, 0)).toBeGreaterThan(KILLS);
  expect(writers.reduce((sum, { unknown }) => sum + unknown, 0)).toBeGreaterThan(0);
}, 300_000);
