import { randomBytes } from 'node:crypto';
import { clientOf } from './bench/choose-client.ts';
import { BENCH_OPTIONS, type BenchOptions, readBenchOptions } from './bench/options.ts';
import { OwnLimits } from './bench/own-limits.ts';
import { Payloads } from './bench/payload.ts';
import { requireConsent, requireRoom, tryOut } from './bench/preflight.ts';
import { Progress } from './bench/progress.ts';
import { faultsOf, type Outcome, reportJson, reportText } from './bench/report.ts';
import type { Findings, Run } from './bench/run.ts';
import { runConnect } from './bench/scenarios/connect.ts';
import { runReconnect } from './bench/scenarios/reconnect.ts';
import { runTraffic } from './bench/scenarios/traffic.ts';
import { Tally } from './bench/tally.ts';
import type { Command } from './command.ts';
import { onInterrupt } from './interruption.ts';
import { optionsHelp } from './options.ts';

const INTERRUPTED = 130;

export const bench: Command = {
  summary: 'Loads a deployment as its clients would; bench --help tells how.',
  help: `Loads a deployment as its clients would: how long do they wait, what do they miss?

  node tools/start.mjs bench URL [options]

Scenarios:
  fan-out    publishers at a fixed rate, all connections hear every publication
  publish    publishers at a fixed rate, nobody hears: until the server answers
  connect    clients connect, subscribe, and stay without a word
  reconnect  clients are cut off together and come back for what they missed

Times count from when a publication, or a client, was due by the schedule: a
server that stands still is not spared the ones that had to wait. Every
publication is checked at every client: none lost, none twice, none out of order.
Ctrl-C ends it with what there is. The exit code is 0 when all is well, 1 when it
is not, 130 when it was interrupted.

Options:
${optionsHelp(BENCH_OPTIONS)}`,
  run: async (args) => {
    const options = readBenchOptions(args);
    await requireConsent(options);
    requireRoom(options);
    const tally = new Tally();
    const run = await prepare(options, tally);
    if (!options['--json']) console.log(headline(run));
    const progress = new Progress(tally);
    const findings = await scenarioOf({ ...run, onPhase: (phase) => progress.enter(phase) }).finally(() =>
      progress.end(),
    );
    const outcome: Outcome = { run, findings, interrupted: run.signal.aborted };
    console.log(options['--json'] ? JSON.stringify(reportJson(outcome), null, 2) : reportText(outcome));
    if (outcome.interrupted) return INTERRUPTED;
    return faultsOf(outcome) === 0 ? 0 : 1;
  },
};

async function prepare(options: BenchOptions, tally: Tally): Promise<Run> {
  const payloads = new Payloads(options['--size']);
  const run: Run = {
    options,
    client: clientOf(options, payloads),
    payloads,
    channel: channelOf(options),
    tally,
    own: new OwnLimits(),
    signal: onInterrupt(),
    onPhase: () => undefined,
  };
  await tryOut(run);
  return run;
}

/** An app's channel names have no namespace. */
function channelOf(options: BenchOptions): string {
  if (options['--channel'] !== '') return options['--channel'];
  const name = `bench-${randomBytes(3).toString('hex')}`;
  return options['--protocol'] === 'pusher' ? name : `${options['--namespace']}:${name}`;
}

function scenarioOf(run: Run): Promise<Findings> {
  const scenario = run.options['--scenario'];
  switch (scenario) {
    case 'fan-out':
      return runTraffic(run, run.options['--connections']);
    case 'publish':
      return runTraffic(run, 0);
    case 'connect':
      return runConnect(run);
    case 'reconnect':
      return runReconnect(run);
    default:
      return scenario satisfies never;
  }
}

function headline({ options, channel }: Run): string {
  const { url, '--scenario': scenario, '--protocol': protocol } = options;
  const [connections, publishers] = [options['--connections'], options['--publishers']];
  const rate = `${options['--rate']}/s of ${options['--size']} bytes for ${options['--duration']} s`;
  const sending = publishers === 1 ? `1 publisher sends ${rate}` : `${publishers} publishers send ${rate}`;
  const what = {
    'fan-out': `${sending}, ${connections} clients hear them`,
    publish: sending,
    connect: `${connections} clients connect, ${options['--connect-rate']}/s, and stay for ${options['--duration']} s`,
    reconnect: `${connections} clients come back for ${options['--missed']} publications`,
  }[scenario];
  return `${scenario} over ${protocol} at ${url}, channel ${channel}\n${what}\n`;
}
