/**
 * The cost of tracing: `node_modules/.bin/bun bench/traces.ts`. Clients publish into a durable channel with one
 * subscriber, in this process, without sockets and disk; CPU time per publication, variants in turn, the median round.
 */

import { MemoryBus } from '../src/adapters/memory/bus.ts';
import { MemoryLog } from '../src/adapters/memory/log.ts';
import { OtelTraces } from '../src/adapters/otel/traces.ts';
import { ANONYMOUS } from '../src/core/access/principal.ts';
import { CLOSED_NAMESPACE } from '../src/core/channels/namespace.ts';
import { Namespaces } from '../src/core/channels/namespaces.ts';
import { Node } from '../src/core/node/node.ts';
import type { Connection, Fanout } from '../src/core/protocol/connection.ts';
import type { Session } from '../src/core/sessions/session.ts';
import type { Log } from '../src/ports/log.ts';
import type { Telemetry } from '../src/ports/telemetry.ts';
import type { Traces } from '../src/ports/traces.ts';
import { centrifuge } from '../src/protocols/centrifuge/protocol.ts';
import { systemClock } from '../src/runtimes/bun/clock.ts';

const PUBLICATIONS = 20_000;
const IN_FLIGHT = 100;
const ROUNDS = 15;
const CHANNEL = 'log:a';
const SINK = `Bun.serve({ port: 0, fetch: async (request) => {
  await request.arrayBuffer();
  return new Response(new Uint8Array(), { headers: { 'Content-Type': 'application/x-protobuf' } });
} }).port`;

const telemetry: Telemetry = { record: (_level, event) => console.error(event), count: () => undefined };

function tracesOf(url: string, ratio: number): Traces {
  const sampling = { sampler: 'parentbased_traceidratio', ratio } as const;
  return new OtelTraces({ url, headers: {}, resource: {}, version: '0', ...sampling }, telemetry);
}

/** A memory log with the batching of a durable one. */
function durableInMemory(): Log {
  const log = new MemoryLog('bench-', { bytes: 1_000_000 });
  return {
    ...{ promises: { durable: true, batches: true, inFlight: 2, entries: true, writes: false }, system: 'sqlite' },
    append: (batch) => log.append(batch),
    read: (channel, range) => log.read(channel, range),
    entries: (channel, range) => log.entries(channel, range),
    position: (channel) => log.position(channel),
    trim: (channel) => log.trim(channel),
    close: () => log.close(),
  };
}

/** The end of a client that counts replies. */
class Client implements Connection {
  readonly #session: Session;
  #id = 0;
  #answered = 0;
  #waiting: (() => void) | undefined;

  constructor(node: Node) {
    const address = '192.0.2.1';
    this.#session = node.open({ connection: this, protocol: centrifuge.json, principal: ANONYMOUS, address });
  }

  async ask(...commands: readonly string[]): Promise<void> {
    const wanted = this.#answered + commands.length;
    this.#session.receive(commands.map((command) => `{"id":${++this.#id},${command}}`).join('\n'));
    while (this.#answered < wanted) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  send(frame: string | Uint8Array): void {
    this.#answered += String(frame).split('"id":').length - 1;
    this.#waiting?.();
  }

  backlog(): number {
    return 0;
  }

  join(): void {}
  leave(): void {}
  close(): void {}
}

function createNode(traces: Traces | undefined): Node {
  const fanout: Fanout = { publish: () => undefined };
  const options = { ...CLOSED_NAMESPACE, subscribe: 'everyone', publish: 'everyone', history: 'durable' } as const;
  const logs = { memory: new MemoryLog('m-', { bytes: 1_000_000 }), durable: durableInMemory() };
  const node = new Node({
    ...{ name: 'bench', version: '0', clock: systemClock, telemetry, bus: new MemoryBus(), fanout, logs },
    ...(traces !== undefined && { traces }),
    protocols: [centrifuge.json, centrifuge.protobuf],
    namespaces: new Namespaces({ log: { options } }),
    openNamespaces: new Set(),
    limits: {
      ...{ channels: 128, commandsInFlight: 1_024, history: 300, recoveryBytes: 1_000_000, mapBytes: 1_000_000 },
      ...{ anonymous: true, pingMs: 25_000, pongMs: 8_000, queue: { length: 50_000, bytes: 64_000_000 } },
      backlogBytes: 2_000_000,
    },
  });
  node.start({
    serverChannels: async () => [],
    call: async () => undefined,
    onPresence: () => undefined,
    verifyToken: () => Promise.reject(new Error('no token was expected')),
  });
  return node;
}

/** Microseconds of CPU time per publication. */
async function measure(client: Client): Promise<number> {
  const command = `"publish":{"channel":"${CHANNEL}","data":{"text":"${'x'.repeat(100)}"}}`;
  const frame = Array.from({ length: IN_FLIGHT }, () => command);
  Bun.gc(true);
  const before = process.cpuUsage();
  for (let sent = 0; sent < PUBLICATIONS; sent += IN_FLIGHT) await client.ask(...frame);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PUBLICATIONS;
}

const sink = Bun.spawn([process.execPath, '-e', `console.log(${SINK})`], { stdout: 'pipe' });
const { value } = await sink.stdout.getReader().read();
const url = `http://127.0.0.1:${Number(new TextDecoder().decode(value))}/v1/traces`;
const ways: readonly (readonly [string, Traces | undefined])[] = [
  ['off', undefined],
  ['0 %', tracesOf(url, 0)],
  ['1 %', tracesOf(url, 0.01)],
  ['100 %', tracesOf(url, 1)],
];
const clients = new Map<string, { readonly client: Client; readonly results: number[] }>();
for (const [name, traces] of ways) {
  const client = new Client(createNode(traces));
  await client.ask('"connect":{}');
  await client.ask(`"subscribe":{"channel":"${CHANNEL}"}`);
  await measure(client);
  clients.set(name, { client, results: [] });
}
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { client, results } of clients.values()) results.push(await measure(client));
}
const medians = [...clients].map(([name, { results }]) => {
  const sorted = results.toSorted((a, b) => a - b);
  return [name, sorted[ROUNDS >> 1] as number, sorted[0] as number] as const;
});
const off = medians[0]?.[1] ?? 1;
for (const [name, median, least] of medians) {
  console.log(`${name.padEnd(6)} ${median.toFixed(2)} µs (least ${least.toFixed(2)})  ${(median / off).toFixed(2)}×`);
}
sink.kill();
process.exit(0);
