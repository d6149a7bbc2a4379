import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../../tests/core/client.ts';
import { PLAIN, type TestNode } from '../../../tests/core/node.ts';
import { plainNode, poll, stream } from '../../../tests/core/plain-client.ts';
import { Random } from '../../../tests/simulation/random.ts';
import { openDatabase } from '../../adapters/sqlite/database.ts';
import type { Position } from '../../ports/log.ts';
import { keyOf } from '../../protocols/plain/cursor.ts';
import type { Namespace } from '../channels/namespace.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const TTL_MS = 2_000;

type Log = 'memory' | 'durable';

/** A namespace for each kind of retention, with each log. */
function namespacesOf(log: Log): Readonly<Record<string, Namespace>> {
  const kept: Namespace = { ...PLAIN, history: log };
  return {
    all: kept,
    two: { ...kept, historySize: 2 },
    five: { ...kept, historySize: 5, delta: true },
    brief: { ...kept, historyTtlMs: TTL_MS },
    both: { ...kept, historySize: 3, historyTtlMs: TTL_MS },
    newest: { ...kept, historySize: 2, historyTtlMs: TTL_MS, recovery: 'cache' },
    map: { ...kept, type: 'map', historySize: 4 },
  };
}

type Subscribed = { readonly recovered?: boolean; readonly publications?: readonly { readonly offset: number }[] };
/** Offsets recovered by a reconnecting client; undefined if it failed. */
type Given = readonly number[] | undefined;

/** A channel and its reconnecting clients, with the expected history by the simplest model. */
class Scene {
  readonly world: TestNode;
  readonly channel: string;
  readonly #namespace: Namespace;
  /** When each was published, by offset. */
  readonly #times: number[] = [];
  #floor = 0;

  constructor(world: TestNode, channel: string) {
    this.world = world;
    this.channel = channel;
    this.#namespace = world.node.permissions.namespace(channel);
  }

  get top(): number {
    return this.#times.length;
  }

  async publish(): Promise<void> {
    const entry = this.#namespace.type === 'map' ? { entry: { key: `key ${this.top % 3}` } } : {};
    const done = this.world.node.publish(this.channel, String(this.top + 1), entry);
    this.#times.push(this.world.clock.now());
    await this.settled(done);
  }

  async trim(): Promise<void> {
    await this.settled(this.world.node.trim(this.channel));
    this.#floor = this.top;
  }

  /** The current content of the history. */
  async history(): Promise<readonly number[]> {
    const { historySize, historyTtlMs } = this.#namespace;
    const now = this.world.clock.now();
    const isKept = (offset: number) =>
      offset > this.#floor &&
      (historySize === 0 || offset > this.top - historySize) &&
      (historyTtlMs === 0 || (this.#times[offset - 1] ?? 0) + historyTtlMs > now);
    const expected = Array.from({ length: this.top }, (_, index) => index + 1).filter(isKept);
    const { publications } = await this.settled(this.world.node.read(this.channel, { limit: 1_000 }));
    expect(publications.map(({ offset }) => offset)).toEqual(expected);
    return expected;
  }

  /** What a client at `from` must recover. */
  async dueTo(from: number): Promise<Given> {
    const kept = await this.history();
    if (this.#namespace.recovery === 'cache' && from !== this.top) {
      return kept.includes(this.top) ? [this.top] : undefined;
    }
    const missed = Array.from({ length: Math.max(0, this.top - from) }, (_, index) => from + index + 1);
    return from <= this.top && missed.every((offset) => kept.includes(offset)) ? missed : undefined;
  }

  async position(offset: number): Promise<Position> {
    const { top } = await this.settled(this.world.node.read(this.channel, { limit: 0 }));
    return { epoch: top.epoch, offset };
  }

  /** Real threads may have to answer first. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    const pending = Symbol('pending');
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
      await this.world.clock.settle();
      const first = await Promise.race([promise, Promise.resolve(pending)]);
      if (first !== pending) return promise;
    }
    throw new Error('not answered');
  }

  async answered(client: Client, id: number | undefined) {
    const done = (async () => {
      while (client.answer(id) === undefined) await new Promise((resolve) => setImmediate(resolve));
      return client.answer(id);
    })();
    return this.settled(done);
  }
}

/** The kinds of recovery. */
const WAYS: Readonly<Record<string, (scene: Scene, since: Position) => Promise<Given>>> = {
  subscribe: async (scene, since) => {
    const client = await scene.world.connected();
    const type = scene.channel.startsWith('map:') ? { type: 1, phase: 0 } : {};
    const delta = scene.channel.startsWith('five:') ? { delta: 'fossil' } : {};
    const [id] = client.say({ subscribe: { channel: scene.channel, recover: true, ...since, ...type, ...delta } });
    const answer = await scene.answered(client, id);
    client.hangUp();
    // In a map, whose entries must be read again.
    if (answer?.error?.code === 112) return undefined;
    return givenTo(answer?.subscribe as Subscribed);
  },
  connect: async (scene, since) => {
    const client = scene.world.open({ kind: 'user', user: scene.channel, role: 'member', device: '' });
    const [id] = client.say({ connect: { subs: { [scene.channel]: { recover: true, ...since } } } });
    const answer = await scene.answered(client, id);
    client.hangUp();
    const connect = answer?.connect as { readonly subs: Record<string, Subscribed> } | undefined;
    return givenTo(connect?.subs[scene.channel] ?? {});
  },
  poll: async (scene, since) => {
    const polling = poll(scene.world, { channels: [scene.channel], cursor: cursorOf(scene.channel, since) });
    polling.timeOver();
    const { publications, recovered } = await scene.settled(polling.answer);
    return recovered ? publications.map(({ offset = 0 }) => offset) : undefined;
  },
  stream: async (scene, since) => {
    const { events, session, opened } = stream(scene.world, {
      channels: [scene.channel],
      cursor: cursorOf(scene.channel, since),
    });
    await scene.settled(opened);
    await scene.world.clock.settle();
    session.closed();
    const told = events().map(({ data }) => data as { readonly recovered?: boolean; readonly offset: number });
    const [subscribed, ...missed] = told;
    return subscribed?.recovered === true ? missed.map(({ offset }) => offset) : undefined;
  },
};

const cursorOf = (channel: string, { epoch, offset }: Position) => `${keyOf(channel)}:${offset}:${epoch}`;

function givenTo({ recovered, publications = [] }: Subscribed): Given {
  return recovered === true ? publications.map(({ offset }) => offset) : undefined;
}

type Opened = { readonly world: TestNode; sweep(now: number): Promise<void>; close(): Promise<void> };

function open(kind: 'memory' | 'sqlite'): Opened {
  const folder = kind === 'sqlite' ? mkdtempSync(join(tmpdir(), 'banyan-retention-')) : undefined;
  const database = folder === undefined ? undefined : openDatabase(folder, [], () => undefined);
  const namespaces = namespacesOf(kind === 'sqlite' ? 'durable' : 'memory');
  const world = plainNode({
    namespaces: Object.fromEntries(Object.entries(namespaces).map(([name, options]) => [name, { options }])),
    hooks: { serverChannels: async (principal) => (principal.kind === 'user' ? [principal.user] : []) },
    ...(database !== undefined && { durable: database.log }),
  });
  return {
    world,
    sweep: async (now) => (database === undefined ? world.memory.sweep(now) : database.log.sweep(now)),
    close: async () => {
      await database?.close();
      if (folder !== undefined) rmSync(folder, { recursive: true });
    },
  };
}

/** Random publications, removals, sweeps and time; one client stays, others reconnect all the time. */
async function play(opened: Opened, channel: string, random: Random, steps: number): Promise<void> {
  const { world } = opened;
  const scene = new Scene(world, channel);
  const type = channel.startsWith('map:') ? { type: 1, phase: 2 } : {};
  const stays = await world.connected();
  await scene.answered(stays, stays.say({ subscribe: { channel, ...type } })[0]);
  // Map entries are separate (MA1), and do not exist in plain HTTP and server-side subscriptions.
  const ways = Object.keys(WAYS).filter((way) => !channel.startsWith('map:') || way === 'subscribe');
  for (let step = 0; step < steps; step += 1) {
    const act = random.next();
    if (act < 0.45) await scene.publish();
    else if (act < 0.5) await scene.trim();
    else if (act < 0.55) await opened.sweep(world.clock.now());
    else if (act < 0.65) await world.clock.pass(random.pick([1, 500, TTL_MS - 1, TTL_MS]));
    else {
      const from = random.between(Math.max(0, scene.top - 6), scene.top);
      const way = random.pick(ways);
      const since = await scene.position(from);
      const due = await scene.dueTo(from);
      expect({ way, step, from, given: await WAYS[way]?.(scene, since) }).toEqual({ way, step, from, given: due });
    }
  }
}

describe(`RE2 a recovery returns exactly what history has, SEED=${SEED}`, () => {
  for (const [kind, rounds] of [
    ['memory', 25],
    ['sqlite', 2],
  ] as const) {
    for (const name of Object.keys(namespacesOf('memory'))) {
      test(`RE2 RE7 MA3 HT1 HT2 ${kind}, namespace ${name}`, async () => {
        const opened = open(kind);
        try {
          for (let round = 0; round < rounds; round += 1) {
            await play(opened, `${name}:${round}`, new Random(SEED + round), 60);
          }
        } finally {
          await opened.close();
        }
      }, 60_000);
    }
  }
});
