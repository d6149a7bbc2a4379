import { type AckedPlan, type AckedResult, runAcked } from '../load/acked.ts';
import { join } from '../load/join.ts';
import type { Pace } from '../load/pace.ts';
import { banyan, banyanOf } from '../targets/banyan.ts';
import { nats, socketIo } from '../targets/peers.ts';
import type { ServerProcess } from '../targets/server-process.ts';
import type { Target } from '../targets/target.ts';
import { centrifugeWire } from '../wires/centrifuge.ts';
import { jetStreamWire, streamMaker } from '../wires/nats.ts';
import { socketIoWire } from '../wires/socket-io.ts';
import type { AckedWire } from '../wires/wire.ts';
import { CpuMeter, type CpuShares, disturbance } from './cpu-meter.ts';
import { count, ms, percent, ratio, spread } from './format.ts';
import { type Measured, measureInTurn, medianBy, resultsOf } from './rounds.ts';
import type { Goal, Scenario, Section, Settings } from './scenario.ts';

const PUBLISHERS = 20;
const PAYLOAD_BYTES = 128;
const CHANNELS = ['log:a', 'log:b', 'log:c', 'log:d'];
const GOAL_RATE = 50_000;
const GOAL_P99_MICROS = 20_000;

/** What each server guarantees with its ack. */
const ACKS = new Map<Target, { readonly wire: AckedWire; readonly means: string }>([
  [banyan, { wire: centrifugeWire, means: 'on disk: fsync of its transaction' }],
  [nats, { wire: jetStreamWire, means: 'written to the file, not synced (every 2 min)' }],
  [socketIo, { wire: socketIoWire, means: 'seen by the process, kept nowhere' }],
]);

const PACES: readonly Pace[] = [
  { kind: 'window', inFlight: 100 },
  { kind: 'window', inFlight: 500 },
  { kind: 'rate', perSecond: GOAL_RATE },
];

export type Run = { readonly result: AckedResult; readonly cpu: CpuShares };

export const durable: Scenario = {
  name: 'durable',
  summary: 'publishing into durable channels: acks a second and their latency',
  run: async (settings) => {
    const sections: Section[] = [];
    for (const pace of PACES) sections.push(await section(settings, pace));
    return sections;
  },
};

function targetsOf({ beside }: Settings): readonly Target[] {
  return beside === undefined ? [...ACKS.keys()] : [banyan, banyanOf(beside)];
}

const acksPerSecond = ({ result }: Run) => result.acked / result.seconds;

async function section(settings: Settings, pace: Pace): Promise<Section> {
  const all = await measureInTurn(targetsOf(settings), settings.rounds, (server, port, target) =>
    measure(server, port, target, settings, pace),
  );
  const first = all[0];
  const ours = first?.kind === 'results' ? medianBy(first.results, acksPerSecond) : null;
  const speed = pace.kind === 'window' ? `${pace.inFlight} in flight over all` : `${count(pace.perSecond)} a second`;
  return {
    title: `Durable publishing, ${speed}`,
    method:
      `${PUBLISHERS} connections publish payloads of ${PAYLOAD_BYTES} bytes into ${CHANNELS.length} channels; one subscriber ` +
      'a channel counts what arrives and checks that offsets come one after the other.',
    columns: [
      'server',
      'an ack means',
      'acks/s',
      'rounds',
      'ack p50 ms',
      'ack p99 ms',
      'p99 in rounds',
      'delivery p99 ms',
      'server core',
      'Banyan ÷ it',
    ],
    rows: all.map((measured) => row(measured, ours)),
    notes: disturbance(resultsOf(all).map(({ cpu }) => cpu)),
    goals: goals(ours, pace),
    broken: brokenOf(all),
  };
}

async function measure(
  server: ServerProcess,
  port: number,
  target: Target,
  settings: Settings,
  pace: Pace,
): Promise<Run> {
  if (target === nats) (await join(port, streamMaker(CHANNELS), jetStreamWire)).cut();
  const meter = new CpuMeter(server);
  const plan: AckedPlan = {
    port,
    wire: ACKS.get(target)?.wire ?? centrifugeWire,
    channels: CHANNELS,
    publishers: PUBLISHERS,
    pace,
    payloadBytes: PAYLOAD_BYTES,
    warmSecs: settings.warmSecs,
    secs: settings.secs,
    hearers: { kind: 'subscribers', perChannel: 1 },
    onMeasuring: meter.measuring,
  };
  return { result: await runAcked(plan), cpu: meter.shares };
}

function row(measured: Measured<Run>, ours: Run | null): string[] {
  if (measured.kind === 'none') return [measured.target.name, measured.why];
  const run = medianBy(measured.results, acksPerSecond);
  return [
    measured.target.name,
    (ACKS.get(measured.target) ?? ACKS.get(banyan))?.means ?? '',
    count(acksPerSecond(run)),
    spread(measured.results.map(acksPerSecond)),
    ms(run.result.ackLatency.quantile(0.5)),
    ms(run.result.ackLatency.quantile(0.99)),
    measured.results.map(({ result }) => ms(result.ackLatency.quantile(0.99))).join(', '),
    ms(run.result.deliveryLatency.quantile(0.99)),
    percent(run.cpu.server),
    ratio(ours && acksPerSecond(ours), acksPerSecond(run)),
  ];
}

function goals(ours: Run | null, pace: Pace): Goal[] {
  if (ours === null) return [];
  const rate = acksPerSecond(ours);
  const p99 = ours.result.ackLatency.quantile(0.99);
  return [
    {
      promise: `≥ ${count(GOAL_RATE)} acks/s at p99 ≤ 20 ms`,
      reached: `${count(rate)} at ${ms(p99)} ms`,
      // At a fixed rate a window's edges cut off a message or two.
      met: rate >= (pace.kind === 'rate' ? 0.995 : 1) * GOAL_RATE && p99 <= GOAL_P99_MICROS,
    },
  ];
}

export function brokenOf(all: readonly Measured<Run>[]): string[] {
  return all.flatMap((measured) =>
    measured.kind === 'none'
      ? []
      : measured.results
          .filter(({ result }) => result.missing !== 0 || result.outOfOrder !== 0)
          .map(({ result }) => `${measured.target.name}: ${result.missing} missing, ${result.outOfOrder} out of order`),
  );
}
