import { type FanOutResult, runFanOut } from '../load/fan-out.ts';
import type { Pace } from '../load/pace.ts';
import {
  banyan,
  banyanDeflate,
  banyanEvents,
  banyanProtobuf,
  banyanPusherClients,
  banyanSocketIo,
  banyanWithPusher,
} from '../targets/banyan.ts';
import { bunTopics, nats, nchan, socketIo, wsOnNode } from '../targets/peers.ts';
import { soketi } from '../targets/soketi.ts';
import type { Target } from '../targets/target.ts';
import { CpuMeter, type CpuShares, disturbance } from './cpu-meter.ts';
import { count, ms, percent, ratio, spread } from './format.ts';
import { type Measured, measureInTurn, medianBy, resultsOf } from './rounds.ts';
import type { Goal, Scenario, Section, Settings } from './scenario.ts';

const CHANNEL = 'demo:bench';
const PAYLOAD_BYTES = 128;
/** A rate that even the slowest peer delivers to 1,000 subscribers with room to spare. */
const STEADY_RATE = 50;
const TARGETS = [
  ...[banyan, banyanProtobuf, banyanEvents, banyanSocketIo, banyanWithPusher, banyanPusherClients],
  ...[bunTopics, socketIo, soketi, wsOnNode, nats, nchan],
];
/** Realistic text for compression, not one letter a thousand times, without characters that JSON escapes. */
const TEXT =
  'A banyan starts as one trunk and becomes a forest by dropping new roots; whoever walks through it at noon finds 42 kinds of ' +
  'shade, leaves (green, yellow), no birds, and a bench, on which somebody has left a newspaper of last week: half an orange. ';
const TEXT_BYTES = 1_024;

type Run = { readonly result: FanOutResult; readonly cpu: CpuShares };

export const fanOut: Scenario = {
  name: 'fan-out',
  summary: 'one publisher, 1,000 subscribers: deliveries a second, and latency at a fixed rate',
  run: async (settings) => [await atFullSpeed(settings), await compressed(settings), await atSteadyRate(settings)],
};

type What = { readonly targets: readonly Target[]; readonly payload: { payloadBytes: number; filler?: string } };
const SMALL: What = { targets: TARGETS, payload: { payloadBytes: PAYLOAD_BYTES } };

function measure(settings: Settings, pace: Pace, { targets, payload }: What = SMALL): Promise<Measured<Run>[]> {
  return measureInTurn(targets, settings.rounds, async (server, port, { wire }) => {
    const meter = new CpuMeter(server);
    const { warmSecs, secs, clients } = settings;
    const load = { port, wire, channel: CHANNEL, subscribers: clients.subscribers, ...payload };
    const result = await runFanOut({ ...load, pace, warmSecs, secs, onMeasuring: meter.measuring });
    return { result, cpu: meter.shares };
  });
}

const rateOf = ({ result }: Run) => result.delivered / result.seconds;

async function atFullSpeed(settings: Settings): Promise<Section> {
  const all = await measure(settings, { kind: 'window', inFlight: settings.window });
  const medianRate = (wanted: Target) => {
    const measured = all.find(({ target }) => target === wanted);
    return measured?.kind === 'results' ? rateOf(medianBy(measured.results, rateOf)) : null;
  };
  const ours = medianRate(banyan);
  return {
    title: 'Fan-out',
    method:
      `One publisher, ${count(settings.clients.subscribers)} subscribers of one channel, payloads of ${PAYLOAD_BYTES} bytes, ` +
      `${settings.window} publications in flight: the next goes out when the oldest has reached everyone.`,
    columns: [
      ...['server', 'deliveries/s', 'rounds', 'p50 ms', 'p99 ms', 'bytes each'],
      ...['server core', 'generator core', 'Banyan ÷ it'],
    ],
    rows: all.map((measured) => {
      if (measured.kind === 'none') return [measured.target.name, measured.why];
      const { result, cpu } = medianBy(measured.results, rateOf);
      const rate = result.delivered / result.seconds;
      return [
        measured.target.name,
        count(rate),
        spread(measured.results.map(rateOf)),
        ms(result.latency.quantile(0.5)),
        ms(result.latency.quantile(0.99)),
        count(result.receivedBytes / result.delivered),
        percent(cpu.server),
        percent(cpu.generator),
        ratio(ours, rate),
      ];
    }),
    notes: disturbance(resultsOf(all).map(({ cpu }) => cpu)),
    goals: [
      ...goals(ours, medianRate(socketIo)),
      ...pusherGoal(ours, medianRate(banyanWithPusher)),
      ...socketIoGoals(medianRate(banyanSocketIo), medianRate(socketIo)),
      ...soketiGoal(medianRate(banyanPusherClients), medianRate(soketi)),
    ],
    broken: lossesOf(all),
  };
}

function goals(ours: number | null, socketIoRate: number | null): Goal[] {
  if (ours === null) return [];
  const absolute = { promise: '≥ 1,200,000 deliveries/s', reached: count(ours), met: ours >= 1_200_000 };
  if (socketIoRate === null) return [absolute];
  return [absolute, { promise: '≥ 8 × Socket.IO', reached: ratio(ours, socketIoRate), met: ours >= 8 * socketIoRate }];
}

function pusherGoal(ours: number | null, pusher: number | null): Goal[] {
  if (ours === null || pusher === null) return [];
  const difference = Math.abs(ours - pusher) / Math.max(ours, pusher);
  return [{ promise: 'Pusher clients within 20 %', reached: percent(difference), met: difference <= 0.2 }];
}

/** Existing clients must gain by moving here. */
function socketIoGoals(here: number | null, there: number | null): Goal[] {
  if (here === null || there === null) return [];
  const promise = 'Socket.IO clients: ≥ 5 × their own server';
  return [{ promise, reached: ratio(here, there), met: here >= 5 * there }];
}

function soketiGoal(here: number | null, there: number | null): Goal[] {
  if (here === null || there === null) return [];
  return [{ promise: 'Pusher clients: no less than soketi', reached: ratio(here, there), met: here >= there }];
}

/** Whether fewer bytes are worth their cost. */
async function compressed(settings: Settings): Promise<Section> {
  const what: What = { targets: [banyan, banyanDeflate], payload: { payloadBytes: TEXT_BYTES, filler: TEXT } };
  const all = await measure(settings, { kind: 'window', inFlight: settings.window }, what);
  return {
    title: 'Fan-out of compressed frames',
    method:
      `As before, with payloads of ${count(TEXT_BYTES)} bytes of text, which subscribers ask to be compressed ` +
      'without context takeover (RFC 7692). A server that does not compress for them is not measured.',
    columns: ['server', 'deliveries/s', 'rounds', 'p99 ms', 'bytes each', 'server core'],
    rows: all.map((measured) => {
      if (measured.kind === 'none') return [measured.target.name, measured.why];
      const { result, cpu } = medianBy(measured.results, rateOf);
      return [
        ...[measured.target.name, count(rateOf({ result, cpu })), spread(measured.results.map(rateOf))],
        ...[ms(result.latency.quantile(0.99)), count(result.receivedBytes / result.delivered), percent(cpu.server)],
      ];
    }),
    notes: disturbance(resultsOf(all).map(({ cpu }) => cpu)),
    goals: [],
    broken: lossesOf(all),
  };
}

async function atSteadyRate(settings: Settings): Promise<Section> {
  const all = await measure(settings, { kind: 'rate', perSecond: STEADY_RATE });
  const p99 = ({ result }: Run) => result.latency.quantile(0.99);
  const first = all[0];
  const ours = first?.kind === 'results' ? p99(medianBy(first.results, p99)) : null;
  return {
    title: 'Fan-out at a fixed rate',
    method:
      `The same, but ${STEADY_RATE} publications a second whatever the server does ` +
      `(${count(STEADY_RATE * settings.clients.subscribers)} deliveries/s), timed from when each was due.`,
    columns: ['server', 'deliveries/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'server core', 'its p99 ÷ Banyan'],
    rows: all.map((measured) => {
      if (measured.kind === 'none') return [measured.target.name, measured.why];
      const { result, cpu } = medianBy(measured.results, p99);
      return [
        measured.target.name,
        count(result.delivered / result.seconds),
        ...[0.5, 0.99, 0.999].map((q) => ms(result.latency.quantile(q))),
        percent(cpu.server),
        ratio(result.latency.quantile(0.99), ours ?? 0),
      ];
    }),
    notes: disturbance(resultsOf(all).map(({ cpu }) => cpu)),
    goals: [],
    broken: lossesOf(all),
  };
}

function lossesOf(all: readonly Measured<Run>[]): string[] {
  return all.flatMap((measured) =>
    measured.kind === 'none'
      ? []
      : measured.results
          .filter(({ result }) => result.missing !== 0 || result.closedSubscribers !== 0)
          .map(
            ({ result }) => `${measured.target.name}: ${result.missing} missing, ${result.closedSubscribers} closed`,
          ),
  );
}
