import { constants } from 'node:os';
import { loadConfig } from '../app/load-config.ts';
import { VERSION } from '../app/version.ts';
import { type Command, processSources } from './command.ts';

/** How long a stop may take before the process leaves regardless. */
const STOP_MS = 9_500;
/**
 * One Ctrl-C arrives several times: from the terminal, from npm and from tools/start.mjs. Only a signal later than
 * this after the first is a person who will not wait.
 */
const SAME_SIGNAL_MS = 1_000;

/** Ctrl-C, and the order of a supervisor. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof STOP_SIGNALS)[number];
type Stop = () => Promise<void>;

export const serve: Command = {
  summary: 'Starts the server (takes the settings below as flags).',
  run: async (args) => {
    const { config } = loadConfig(processSources(args));
    const interruption = watchSignals();
    // Only here: other commands need none of the server, and shall start at once.
    const { startServer } = await import('../runtimes/bun/main.ts');
    const server = await startServer(config);
    console.log(greeting(server.url, server.ownerUrl));
    // Where programs read what is written there, the server records it.
    if (config.clientInsecure && config.logFormat === 'pretty') console.error(INSECURE);
    return interruption.stopWith(server.stop);
  },
};

const INSECURE = `
  !! clientInsecure is on: anyone who reaches this server may connect without signing in, and may subscribe,
  !! publish and read in every channel that is not a feature's. It is for benchmarks and tests.
`;

function greeting(url: string, ownerUrl: string | null): string {
  const lines = [`Banyan ${VERSION} is at ${url}`];
  if (ownerUrl !== null)
    lines.push('', 'Nobody has registered yet. Become the owner with this link (it works once):', ownerUrl, '');
  return lines.join('\n');
}

/** Takes over the signals to stop: the first one stops the server in good order, a later one ends the process at once. */
function watchSignals(): { stopWith(stop: Stop): Promise<number> } {
  const { promise: firstSignal, resolve } = Promise.withResolvers<void>();
  let first: number | undefined;
  let serving = false;
  const onSignal = (signal: StopSignal) => {
    const again = first !== undefined && Date.now() - first > SAME_SIGNAL_MS;
    first ??= Date.now();
    // Before the server runs there is nothing to bring in order.
    if (again || !serving) process.exit(128 + constants.signals[signal]);
    resolve();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    stopWith: async (stop) => {
      serving = true;
      await firstSignal;
      return stopInTime(stop);
    },
  };
}

async function stopInTime(stop: Stop): Promise<number> {
  console.log('Stopping: clients are told to reconnect, and what was accepted is written.');
  const late = setTimeout(() => {
    console.error(`banyan: stopping took longer than ${STOP_MS / 1_000} s; leaving`);
    process.exit(1);
  }, STOP_MS);
  await stop();
  clearTimeout(late);
  return 0;
}
