import { availableParallelism, loadavg } from 'node:os';
import { ms, whole } from '../figures.ts';
import { wrap } from '../options.ts';
import type { Histogram } from './histogram.ts';
import type { Findings, Run } from './run.ts';

/** The results of a run. */
export type Outcome = {
  readonly run: Run;
  readonly findings: Findings;
  /** The run was interrupted. */
  readonly interrupted: boolean;
};

const WIDTH = 80;
const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const;
const COLUMN = 9;
const LABEL = 16;

/** Faults of the deployment: numbers that should be 0. */
export function faultsOf({ run: { tally }, findings }: Outcome): number {
  const { lost = 0, duplicates = 0, outOfOrder = 0, unrecovered = 0 } = findings;
  return tally.failures + lost + duplicates + outOfOrder + unrecovered;
}

/** The measured times that are not empty, by name. */
function latencies({ run: { tally, options }, findings }: Outcome): (readonly [name: string, histogram: Histogram])[] {
  const all = [
    ['delivered', tally.deliveries],
    ['acknowledged', tally.acks],
    ['back', tally.returns],
    ['connected', tally.connecting],
  ] as const;
  // A client that reconnected has connected too.
  const isReturn = findings.returned !== undefined && options['--scenario'] === 'reconnect';
  return all.filter(([name, { total }]) => total > 0 && !(isReturn && name === 'connected'));
}

/** For people: at most 80 columns. */
export function reportText(outcome: Outcome): string {
  const { run, findings, interrupted } = outcome;
  const notes = [...findings.notes, ...trustNotes(outcome), verdict(outcome)];
  return [
    ...(interrupted ? ['Interrupted; these are the results so far.', ''] : []),
    timesTable(outcome),
    '',
    ...countRows(outcome).map(([name, value, more = '']) =>
      `  ${name.padEnd(LABEL)}${value.padStart(COLUMN + 2)}  ${more}`.trimEnd(),
    ),
    ...[...run.tally.errors].map(
      ([error, count]) => `    ${count.toLocaleString('en-US').padStart(LABEL + COLUMN)}  ${error}`,
    ),
    '',
    ...notes.flatMap((note) => wrap(note, WIDTH)),
  ].join('\n');
}

function verdict(outcome: Outcome): string {
  const { findings } = outcome;
  if (faultsOf(outcome) > 0) return 'FAILED: see lost, received twice, out of order, not recovered and errors above.';
  return findings.lost === undefined
    ? 'All checks passed.'
    : 'All checks passed: each publication reached each client once, and in order.';
}

function timesTable(outcome: Outcome): string {
  const rows = latencies(outcome);
  if (rows.length === 0) return '  Nothing was measured.';
  const head = [...QUANTILES.map(([name]) => name), 'max', 'count'];
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(LABEL)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}`;
  return [
    line('ms until', head),
    ...rows.map(([name, histogram]) =>
      line(name, [
        ...QUANTILES.map(([, q]) => msOf(histogram.quantile(q))),
        msOf(histogram.max),
        whole(histogram.total),
      ]),
    ),
  ].join('\n');
}

type Row = readonly [name: string, value: string, more?: string];

function countRows({ run: { tally, options }, findings }: Outcome): Row[] {
  const { seconds, lost, duplicates, outOfOrder, unrecovered, returned } = findings;
  const perSecond = (count: number) => (seconds > 0 ? `${whole(count / seconds)}/s` : '');
  const published = tally.sent > 0;
  const measured = ({ total }: Histogram) => (total > 0 ? perSecond(total) : '');
  return [
    ['clients', whole(tally.connected), `of ${whole(tally.wanted)} that were to connect`],
    ...(published
      ? ([['sent', whole(tally.sent), options['--scenario'] === 'reconnect' ? 'while all were away' : '']] as Row[])
      : []),
    ...(published ? ([['acknowledged', whole(tally.acked), measured(tally.acks)]] as Row[]) : []),
    ...(lost === undefined ? [] : ([['received', whole(tally.received), measured(tally.deliveries)]] as Row[])),
    ...(returned === undefined
      ? []
      : ([
          ['returned', whole(returned)],
          ['not recovered', whole(unrecovered ?? 0)],
        ] as Row[])),
    ...(lost === undefined
      ? []
      : ([
          ['lost', whole(lost)],
          ['received twice', whole(duplicates ?? 0)],
          ['out of order', whole(outOfOrder ?? 0)],
        ] as Row[])),
    ['errors', whole(tally.failures)],
  ];
}

function trustNotes(outcome: Outcome): string[] {
  const { own, tally } = outcome.run;
  if (own.loop.total === 0) return [];
  const [late, lag] = [own.sending.quantile(0.99), own.loop.quantile(0.99)];
  const sending = own.sending.total > 0 ? `it sent ${msOf(late)} ms late, and ` : '';
  const figures = `${sending}its event loop came ${msOf(lag)} ms late (p99), on ${Math.round(own.cpu * 100)} % of a processor`;
  if (isTrusted(outcome)) return [`The generator kept up: ${figures}.`];
  const what =
    tally.deliveries.total > 0 || tally.acks.total > 0
      ? 'a lower --rate, fewer --connections'
      : 'a lower --connect-rate';
  const [load = 0] = loadavg();
  const processors = availableParallelism();
  const busy = load > processors ? `This machine is busy (load ${load.toFixed(1)}, ${processors} processors). ` : '';
  return [
    `TIMES NOT RELIABLE: the generator itself was too slow: ${figures}. They are in part its own. ${busy}Try ${what}, or a separate machine.`,
  ];
}

/** Whether the times are the deployment's. */
function isTrusted(outcome: Outcome): boolean {
  return latencies(outcome).every(([, histogram]) => outcome.run.own.isReliable(histogram.quantile(0.99)));
}

/** For programs: times in milliseconds. */
export function reportJson(outcome: Outcome): object {
  const { run, findings, interrupted } = outcome;
  const { options, tally, own, channel } = run;
  const { notes, ...found } = findings;
  return {
    url: options.url,
    protocol: options['--protocol'],
    scenario: options['--scenario'],
    channel,
    interrupted,
    ...found,
    connected: tally.connected,
    sent: tally.sent,
    acknowledged: tally.acked,
    received: tally.received,
    errors: Object.fromEntries(tally.errors),
    milliseconds: Object.fromEntries(latencies(outcome).map(([name, histogram]) => [name, timesOf(histogram)])),
    generator: {
      trusted: isTrusted(outcome),
      sendingLate: timesOf(own.sending),
      readingLate: timesOf(own.loop),
      processor: Number(own.cpu.toFixed(3)),
    },
    notes,
    ok: faultsOf(outcome) === 0 && !interrupted,
  };
}

function timesOf(histogram: Histogram): object {
  const quantiles = QUANTILES.map(([name, q]) => [name, histogram.quantile(q) / 1_000]);
  return { ...Object.fromEntries(quantiles), max: histogram.max / 1_000, count: histogram.total };
}

/** Microseconds as milliseconds. */
function msOf(micros: number): string {
  return ms(micros / 1_000);
}
