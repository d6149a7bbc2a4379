import { type ReturningResult, runReturning } from '../load/returning.ts';
import { banyan } from '../targets/banyan.ts';
import { socketIoWithRecovery } from '../targets/peers.ts';
import { centrifugeRecovery, socketIoRecovery } from '../wires/recovery.ts';
import { CpuMeter, type CpuShares, disturbance } from './cpu-meter.ts';
import { count, ms, percent, ratio } from './format.ts';
import { type Measured, measureInTurn, medianBy, resultsOf } from './rounds.ts';
import type { Goal, Scenario, Section, Settings } from './scenario.ts';

const MISSED = 100;
const GOAL_MICROS = 5_000_000;

type Run = { readonly result: ReturningResult; readonly cpu: CpuShares };

export const reconnect: Scenario = {
  name: 'reconnect',
  summary: '5,000 clients are cut off and come back at once for what they missed',
  run: async (settings) => [await section(settings, 1), await section(settings, 100)],
};

const lastBack = ({ result }: Run) => result.latency.max;

async function section(settings: Settings, channelCount: number): Promise<Section> {
  const clients = settings.clients.reconnecting;
  const all = await measureInTurn([banyan, socketIoWithRecovery], settings.rounds, async (server, port, target) => {
    const meter = new CpuMeter(server);
    const recovery = target === banyan ? centrifugeRecovery : socketIoRecovery;
    const channels = Array.from({ length: channelCount }, (_, index) => `log:r${index}`);
    const plan = { port, recovery, channels, clients, missed: MISSED, onMeasuring: meter.measuring };
    return { result: await runReturning(plan), cpu: meter.shares };
  });
  const first = all[0];
  const ours = first?.kind === 'results' ? medianBy(first.results, lastBack) : null;
  return {
    title: `Reconnect, ${channelCount === 1 ? 'one channel' : `${channelCount} channels`}`,
    method:
      `${count(clients)} subscribers are cut off, ${MISSED} publications follow in each channel, and all clients connect again ` +
      'in the same moment. Timed until each has exactly what it missed, in order; Banyan reads it from its log on disk, ' +
      'Socket.IO (connection state recovery) from memory.',
    columns: ['server', 'recovered', 'half after ms', 'last after ms', 'server core', 'generator core', 'it ÷ Banyan'],
    rows: all.map((measured) => row(measured, ours)),
    notes: disturbance(resultsOf(all).map(({ cpu }) => cpu)),
    goals: goals(ours, clients),
    broken: brokenOf(all, clients),
  };
}

function row(measured: Measured<Run>, ours: Run | null): string[] {
  if (measured.kind === 'none') return [measured.target.name, measured.why];
  const run = medianBy(measured.results, lastBack);
  return [
    measured.target.name,
    count(run.result.recovered),
    ms(run.result.latency.quantile(0.5)),
    ms(lastBack(run)),
    percent(run.cpu.server),
    percent(run.cpu.generator),
    ours === null ? '–' : ratio(lastBack(run), lastBack(ours)),
  ];
}

function goals(ours: Run | null, clients: number): Goal[] {
  if (ours === null) return [];
  const met = ours.result.recovered === clients && lastBack(ours) <= GOAL_MICROS;
  return [{ promise: `${count(clients)} clients recovered in ≤ 5 s`, reached: `${ms(lastBack(ours))} ms`, met }];
}

function brokenOf(all: readonly Measured<Run>[], clients: number): string[] {
  return all.flatMap((measured) =>
    measured.kind === 'none'
      ? []
      : measured.results
          .filter(({ result }) => result.wrong > 0 || result.recovered < clients)
          .map(
            ({ result }) =>
              `${measured.target.name}: ${result.wrong} of ${count(clients)} did not get exactly what they missed`,
          ),
  );
}
