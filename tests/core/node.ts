import { MemoryBus } from '../../src/adapters/memory/bus.ts';
import { MemoryLog } from '../../src/adapters/memory/log.ts';
import type { Principal } from '../../src/core/access/principal.ts';
import type { NodeMessage } from '../../src/core/bus/node-messages.ts';
import { CLOSED_NAMESPACE, type Namespace } from '../../src/core/channels/namespace.ts';
import { Namespaces } from '../../src/core/channels/namespaces.ts';
import { Guard } from '../../src/core/guard.ts';
import { type Quotas, UNLIMITED } from '../../src/core/limits/quotas.ts';
import type { Hooks } from '../../src/core/node/hooks.ts';
import { Node } from '../../src/core/node/node.ts';
import type { Limits } from '../../src/core/node/node-settings.ts';
import type { NamespaceDefinition } from '../../src/core/operations/feature.ts';
import type { Protocol } from '../../src/core/protocol/protocol.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log, Publication } from '../../src/ports/log.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import type { Traces } from '../../src/ports/traces.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import { Client, type Line, TopicFanout } from './client.ts';
import { HandClock } from './hand-clock.ts';
import { WatchedLog } from './watched-log.ts';

export const PLAIN: Namespace = {
  ...CLOSED_NAMESPACE,
  subscribe: 'everyone',
  publish: 'everyone',
  readHistory: 'everyone',
  readPresence: 'everyone',
};

/**
 * `log:` on the watched log, `mem:` in memory (3 publications, 1 minute), `live:` without history but with presence.
 */
const NAMESPACES: Readonly<Record<string, Namespace>> = {
  log: { ...PLAIN, history: 'durable' },
  mem: { ...PLAIN, history: 'memory', historySize: 3, historyTtlMs: 60_000 },
  /** The memory budget. */
  roomy: { ...PLAIN, history: 'memory' },
  live: { ...PLAIN, presence: true, joinLeave: true },
};

const LIMITS: Limits = {
  ...{
    channels: 128,
    commandsInFlight: 100,
    history: 300,
    recoveryBytes: 1_000_000,
    backlogBytes: 2_000_000,
    mapBytes: 1_000_000,
    anonymous: true,
    pingMs: 25_000,
    pongMs: 8_000,
  },
  queue: { length: 1_000, bytes: 1_000_000 },
};

export const POLL_SECRET = 'the key the backend signs with';

export type NodeOptions = {
  readonly namespaces?: Readonly<Record<string, NamespaceDefinition>>;
  readonly limits?: Partial<Limits>;
  /** Unlimited when absent. */
  readonly quotas?: Quotas;
  readonly hooks?: Partial<Hooks>;
  /** In addition to the JSON protocol. */
  readonly protocols?: readonly Protocol[];
  readonly traces?: Traces;
  /** A log left by an earlier node. */
  readonly log?: WatchedLog;
  /** The limit of history in memory. */
  readonly memoryBytes?: number;
  /** Used instead of the watched log. */
  readonly durable?: Log;
};

/** A node on memory adapters, alone on a bus where the test can act as another node. */
export class TestNode {
  readonly clock = new HandClock();
  readonly bus = new MemoryBus<NodeMessage>();
  readonly fanout = new TopicFanout();
  readonly log: WatchedLog;
  readonly memory: MemoryLog;
  /** Errors the node reported whose cause no client sees. */
  readonly reported: string[] = [];
  /** The node's counters, with their label values. */
  readonly counted: string[] = [];
  readonly node: Node;

  constructor(options: NodeOptions = {}) {
    this.log = options.log ?? new WatchedLog();
    const {
      namespaces = {},
      limits = {},
      quotas = UNLIMITED,
      hooks = {},
      protocols = [],
      traces,
      durable = this.log,
    } = options;
    const plain = Object.entries(NAMESPACES).map(([name, options]) => [name, { options }] as const);
    const telemetry: Telemetry = {
      record: (_level, event) => this.reported.push(event),
      count: (name, labels) => this.counted.push([name, ...Object.values(labels ?? {})].join(' ')),
    };
    const { memoryBytes } = options;
    this.memory = new MemoryLog('memory-', memoryBytes === undefined ? {} : { bytes: memoryBytes });
    this.node = new Node({
      ...{ name: 'test', version: '0', telemetry, clock: this.clock, bus: this.bus, fanout: this.fanout },
      ...(traces !== undefined && { traces }),
      logs: { memory: this.memory, durable },
      protocols: [centrifugeJson, ...protocols],
      pollSecret: POLL_SECRET,
      namespaces: new Namespaces({ ...Object.fromEntries(plain), ...namespaces }),
      openNamespaces: new Set(),
      limits: { ...LIMITS, ...limits },
      quotas,
    });
    this.node.start({
      serverChannels: async () => [],
      call: async (_name, _context, input) => input,
      onPresence: () => undefined,
      verifyToken: () => Promise.reject(new Error('no token was expected')),
      ...hooks,
    });
  }

  /** Opens a connection that has not sent anything yet. */
  open(principal?: Principal): Client {
    return new Client(this.node, this.fanout, principal);
  }

  /** A connected client with this principal. */
  async connected(principal?: Principal): Promise<Client> {
    const client = this.open(principal);
    await this.ask(client, { connect: {} });
    return client;
  }

  /** A connected client that is subscribed to the channel. */
  async subscribed(channel: string, options: Record<string, unknown> = {}): Promise<Client> {
    const client = await this.connected();
    await this.ask(client, { subscribe: { channel, ...options } });
    return client;
  }

  /** Sends a command, runs the loop until idle, and returns the reply. */
  async ask(client: Client, command: Record<string, unknown>): Promise<Line | undefined> {
    const [id] = client.say(command);
    await this.clock.settle();
    return client.answer(id);
  }

  /** Publishes the numbers `first` to `last`, which equal the offsets in a new channel. */
  async publish(channel: string, first: number, last = first): Promise<void> {
    for (let number = first; number <= last; number += 1) {
      const done = this.node.publish(channel, String(number));
      await this.clock.settle();
      await done;
    }
  }

  /** Appends to the log as another node would whose bus messages are lost. */
  async publishElsewhere(channel: string, first: number, last = first): Promise<void> {
    for (let number = first; number <= last; number += 1) {
      const retention = { size: 0, ttlMs: 0 };
      await this.log.append([{ channel, data: String(number), time: this.clock.now(), retention }]);
    }
  }

  /** Announces on the bus, in the current turn, publications that another node has appended or claims to have. */
  say(channel: string, epoch: string, ...offsets: readonly number[]): void {
    const publications = offsets.map((offset) => publication(offset, this.clock.now()));
    this.bus.publish(`c/${channel}`, { kind: 'publications', epoch, publications });
  }

  /** Like `say`, then runs the loop until idle. */
  async hear(channel: string, epoch: string, ...offsets: readonly number[]): Promise<void> {
    this.say(channel, epoch, ...offsets);
    await this.clock.settle();
  }
}

/** A guard without notifications. */
export function guardOf(clock: Pick<Clock, 'now'>): Guard {
  return new Guard({ clock, telemetry: { record: () => undefined, count: () => undefined } });
}

/** A publication whose data is its offset. */
export function publication(offset: number, time = 0): Publication {
  return { offset, time, data: String(offset) };
}

export const person = (user: string, device = 'd1'): Principal => ({ kind: 'user', user, role: 'member', device });

/** Numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
