import { constants } from 'node:os';
import { loadConfig } from '../app/load-config.ts';
import { VERSION } from '../app/version.ts';
import type { RunningServer } from '../runtimes/bun/main.ts';
import { type Command, processSources } from './command.ts';

/** The maximum duration of a stop, besides the drain, after which the process exits anyway. */
const STOP_MS = 6_500;
/**
 * One Ctrl-C arrives several times: from the terminal, from npm and from tools/start.mjs. Only a signal later than this
 * after the first is a second one.
 */
const SAME_SIGNAL_MS = 1_000;

/** Ctrl-C, and the signal of a supervisor. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof STOP_SIGNALS)[number];
type Stopping = Pick<RunningServer, 'stop' | 'hurry'> & { readonly withinMs: number };

export const serve: Command = {
  summary: 'Starts the server (takes the settings below as flags).',
  run: async (args) => {
    const { config } = loadConfig(processSources(args));
    const interruption = watchSignals();
    // Imported only here: other commands do not need the server, and start faster.
    const { startServer } = await import('../runtimes/bun/main.ts');
    const server = await startServer(config);
    console.log(greeting(server.url, server.ownerUrl));
    // If programs read the output, the server logs it instead.
    if (config.clientInsecure && config.logFormat === 'pretty') console.error(INSECURE);
    const withinMs = STOP_MS + config.drainSeconds * 1_000;
    return interruption.stopWith({ ...server, withinMs });
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

/**
 * Handles stop signals: the first one stops the server cleanly; a later one disconnects the remaining clients at once,
 * or else ends the process.
 */
function watchSignals(): { stopWith(stopping: Stopping): Promise<number> } {
  const { promise: firstSignal, resolve } = Promise.withResolvers<void>();
  let first: number | undefined;
  let serving: Stopping | undefined;
  const onSignal = (signal: StopSignal) => {
    const again = first !== undefined && Date.now() - first > SAME_SIGNAL_MS;
    first ??= Date.now();
    // Before the server runs there is nothing to stop.
    if (serving === undefined || (again && !serving.hurry())) process.exit(128 + constants.signals[signal]);
    resolve();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    stopWith: async (stopping) => {
      serving = stopping;
      await firstSignal;
      return stopInTime(stopping);
    },
  };
}

async function stopInTime({ stop, withinMs }: Stopping): Promise<number> {
  console.log('Stopping: clients are told to reconnect, and what was accepted is written.');
  const late = setTimeout(() => {
    console.error(`banyan: stopping took longer than ${withinMs / 1_000} s; leaving`);
    process.exit(1);
  }, withinMs);
  await stop();
  clearTimeout(late);
  return 0;
}
