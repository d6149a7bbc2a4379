import { readFileSync } from 'node:fs';
import { StartError } from '../../app/start-error.ts';
import { originOf } from '../deployment/origin.ts';
import {
  choice,
  decimal,
  type OptionTable,
  type OptionValues,
  readOptions,
  seconds,
  text,
  toggle,
  whole,
} from '../options.ts';
import { MIN_BYTES } from './payload.ts';

const PROTOCOLS = ['centrifuge', 'centrifuge-protobuf', 'pusher', 'socketio', 'sse'] as const;

const SCENARIOS = ['fan-out', 'publish', 'connect', 'reconnect'] as const;
type ScenarioName = (typeof SCENARIOS)[number];

const MAX_CLIENTS = 100_000;
const MAX_PUBLISHERS = 10_000;

export const BENCH_OPTIONS = {
  '--protocol': choice(PROTOCOLS, `what the clients speak: ${PROTOCOLS.join(', ')}`, 'centrifuge'),
  '--scenario': choice(SCENARIOS, 'what they do, see above', 'fan-out'),
  '--connections': whole({ min: 1, max: MAX_CLIENTS, default: 100 }, 'clients that connect, or subscribe and hear'),
  '--publishers': whole({ min: 1, max: MAX_PUBLISHERS, default: 1 }, 'clients that publish'),
  '--rate': decimal({ min: 0.1, max: 1_000_000, default: 50 }, 'publications a second, of all publishers together'),
  '--size': whole({ min: MIN_BYTES, max: 16_777_216, default: 128 }, 'bytes of data in each'),
  '--duration': seconds({ min: 0.1, max: 86_400, default: 10 }, 'measured time, as 10s or 2m'),
  '--warm-up': seconds({ min: 0, max: 3_600, default: 1 }, 'time before it, checked but not timed'),
  '--connect-rate': decimal(
    { min: 0.1, max: 1_000_000, default: 500 },
    'clients that connect a second; clients that reconnect all come at once unless it is given',
  ),
  '--missed': whole({ min: 0, max: 10_000, default: 10 }, 'publications that clients are away for, in reconnect'),
  '--namespace': text('NAME', 'namespace of the channel, which gets a name of its own', 'demo'),
  '--channel': text('NAME', 'the channel itself, instead'),
  '--token': text('TOKEN', 'connection token (JWT) of all clients; @FILE reads it from a file'),
  '--app-id': text('ID', 'pusher: the app'),
  '--app-key': text('KEY', 'pusher: its key'),
  '--app-secret': text('SECRET', 'pusher: its secret, or @FILE, with which to publish'),
  '--yes': toggle('the URL may lead to another machine: I may load it'),
  '--json': toggle('the result as JSON'),
} as const satisfies OptionTable;

export type BenchOptions = OptionValues<typeof BENCH_OPTIONS> & { readonly url: string };

/** Options of some scenarios only. */
const ONLY: Readonly<Record<string, readonly ScenarioName[]>> = {
  '--connections': ['fan-out', 'connect', 'reconnect'],
  '--publishers': ['fan-out', 'publish'],
  '--rate': ['fan-out', 'publish'],
  '--warm-up': ['fan-out', 'publish'],
  '--duration': ['fan-out', 'publish', 'connect'],
  '--size': ['fan-out', 'publish', 'reconnect'],
  '--missed': ['reconnect'],
};

const PUBLISHING: ReadonlySet<ScenarioName> = new Set(['fan-out', 'publish']);

/** The options of a run. Throws `StartError` that names the option and its rule. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values, given, operands } = readOptions(BENCH_OPTIONS, args);
  const [url, more] = operands;
  if (url === undefined) throw new StartError('bench needs the URL of a deployment, as http://localhost:8000');
  if (more !== undefined) throw new StartError(`unexpected argument ${JSON.stringify(more)}`);
  const scenario = values['--scenario'];
  for (const [flag, scenarios] of Object.entries(ONLY)) {
    if (!given.has(flag) || scenarios.includes(scenario)) continue;
    throw new StartError(`${flag} is of the scenarios ${scenarios.join(', ')}, not of ${scenario}`);
  }
  if (given.has('--channel') && given.has('--namespace')) {
    throw new StartError('--channel must stand without --namespace, as its name begins with one');
  }
  checkApp(values);
  // A simultaneous return of all is what a restart looks like.
  const rate =
    scenario === 'reconnect' && !given.has('--connect-rate') ? Number.POSITIVE_INFINITY : values['--connect-rate'];
  return {
    ...values,
    url: originOf(url),
    '--connect-rate': rate,
    '--token': textOrFile('--token', values['--token']),
    '--app-secret': textOrFile('--app-secret', values['--app-secret']),
  };
}

function checkApp(values: OptionValues<typeof BENCH_OPTIONS>): void {
  if (values['--protocol'] !== 'pusher') {
    const flag = (['--app-id', '--app-key', '--app-secret'] as const).find((each) => values[each] !== '');
    if (flag !== undefined) throw new StartError(`${flag} is of --protocol pusher`);
    return;
  }
  if (values['--token'] !== '')
    throw new StartError('--token is of the other protocols; Pusher clients show --app-key');
  if (values['--app-key'] === '') throw new StartError('--protocol pusher needs --app-key, the key of an app');
  if (!PUBLISHING.has(values['--scenario'])) return;
  const missing = (['--app-id', '--app-secret'] as const).find((each) => values[each] === '');
  if (missing === undefined) return;
  throw new StartError(`--protocol pusher needs ${missing} in order to publish, as only the app's backend may`);
}

function textOrFile(flag: string, given: string): string {
  if (!given.startsWith('@')) return given;
  try {
    return readFileSync(given.slice(1), 'utf8').trim();
  } catch (error) {
    throw new StartError(`${flag}: ${given.slice(1)} cannot be read (${(error as Error).message})`);
  }
}
