import type { Limits } from '../../src/core/node/node-settings.ts';
import { type BusFaults, SOUND_BUS } from './faulty-bus.ts';
import { type LogFaults, SOUND_LOG } from './faulty-log.ts';
import type { Random } from './random.ts';

/** Characters that may be buffered before a client is cut off. */
export const BACKLOG = 40_000;

/** The parameters of one schedule. */
export type Plan = {
  readonly nodes: number;
  readonly clients: number;
  readonly users: readonly string[];
  readonly acts: number;
  /** Longest time between two acts, in milliseconds. */
  readonly pause: number;
  /** Longest time before a client retries, in milliseconds. */
  readonly retryMs: number;
  /** Channels that clients join and leave. */
  readonly channels: readonly string[];
  readonly clubs: readonly string[];
  readonly rooms: readonly string[];
  /** Whether the log may be reset. */
  readonly newEpochs: boolean;
  readonly bus: BusFaults;
  readonly log: LogFaults;
  readonly limits: Limits;
};

export function drawPlan(random: Random): Plan {
  const nodes = random.pick([1, 1, 2, 3]);
  const bus = random.chance(0.2) ? SOUND_BUS : drawBusFaults(random);
  const all = ['log:a', 'log:b', 'short:a', 'brief:a'];
  // History in memory belongs to one process (AC2), and without history lost bus messages cannot be repaired (AC3).
  if (nodes === 1) all.push('mem:a');
  if (nodes === 1 && bus.ownAtOnce) all.push('live:a');
  return {
    nodes,
    clients: random.between(2, 5),
    users: ['', 'ada', 'ben'],
    acts: random.between(20, 120),
    pause: random.pick([2, 20, 20, 200]),
    retryMs: random.pick([5, 50, 50, 1_000]),
    channels: random.chance(0.5) ? all : [...new Set([random.pick(all), 'log:a'])],
    clubs: random.chance(0.3) ? ['club:a'] : [],
    rooms: random.chance(0.5) ? ['room:a', 'room:b', 'room:c'] : [],
    newEpochs: random.chance(0.25),
    bus,
    log: random.chance(0.2) ? SOUND_LOG : drawLogFaults(random),
    limits: drawLimits(random),
  };
}

function drawBusFaults(random: Random): BusFaults {
  return {
    drops: random.pick([0, 0.05, 0.3]),
    repeats: random.pick([0, 0.05, 0.3]),
    latency: random.pick([0, 5, 50, 500]),
    ownAtOnce: random.chance(0.7),
  };
}

function drawLogFaults(random: Random): LogFaults {
  return {
    latency: random.pick([0, 3, 20, 100]),
    appendsFail: random.pick([0, 0, 0.1]),
    readsFail: random.pick([0, 0, 0.1]),
  };
}

function drawLimits(random: Random): Limits {
  return {
    channels: 128,
    commandsInFlight: random.pick([3, 100, 100]),
    history: random.pick([3, 20, 300]),
    recoveryBytes: BACKLOG / 2,
    backlogBytes: BACKLOG,
    mapBytes: 1_000_000,
    anonymous: true,
    pingMs: 5_000,
    pongMs: 2_000,
    queue: { length: random.pick([5, 1_000]), bytes: 1_000_000 },
  };
}
