import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const READY = /^Banyan \S+ is at (\S+)$/m;
const OWNER_LINK = /^\S+\/join\/(\S+)$/m;
const START_MS = 30_000;
const KIB = 1_024;

export type BanyanProcess = {
  readonly url: string;
  /** The Centrifuge WebSocket URL. */
  readonly socketUrl: string;
  /** The one-time owner link, on a first start. */
  readonly ownerInvite: string | undefined;
  /** The current process, or the last one. */
  readonly pid: number;
  /** Resolves with the exit code of the current process; 128 and more if a signal ended it. */
  readonly exited: Promise<number>;
  /** Resident memory of the process, in bytes (Linux). */
  residentBytes(): number;
  signal(signal: NodeJS.Signals): void;
  /** Stops it cleanly, and starts it again with the same data at the same address. */
  restart(): Promise<void>;
  /** Kills it with SIGKILL, also during its start; `restart` starts it again. */
  crash(): Promise<void>;
  /** Stops it cleanly, and removes its data. */
  stop(): Promise<void>;
};

/**
 * Starts a real server as a process with its own data folder on a free port. `env` has its settings; `through` is a
 * command that runs the one given to it as arguments.
 */
export async function startBanyan(
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Promise<BanyanProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-test-'));
  const command = [...through, process.execPath, PROGRAM, 'serve'];
  const start = (port: string) => launch(command, { BANYAN_DATA: folder, PORT: port, ...env });
  let running = start('0');
  const greeting = await running.greeting;
  const url = READY.exec(greeting)?.[1] as string;
  return {
    url,
    socketUrl: `${url.replace('http', 'ws')}/connection/websocket`,
    ownerInvite: OWNER_LINK.exec(greeting)?.[1],
    get pid() {
      return running.process.pid;
    },
    get exited() {
      return running.process.exited;
    },
    residentBytes: () => {
      const status = readFileSync(`/proc/${running.process.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB;
    },
    signal: (signal) => running.process.kill(signal),
    restart: async () => {
      await end(running.process);
      running = start(new URL(url).port);
      await running.greeting;
    },
    crash: async () => {
      running.process.kill('SIGKILL');
      await running.process.exited;
    },
    stop: async () => {
      await end(running.process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Running = {
  readonly process: Bun.Subprocess;
  /** Its output when it listens; rejects if it ends before. */
  readonly greeting: Promise<string>;
};

function launch(command: readonly string[], env: Readonly<Record<string, string>>): Running {
  const server = Bun.spawn([...command], {
    env: { ...surroundings(), BANYAN_HOST: '127.0.0.1', BANYAN_LOG_LEVEL: 'warn', ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  passOn(server.stderr);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const hung = setTimeout(() => server.kill('SIGKILL'), START_MS);
  readGreeting(server.stdout, resolve).then((output) => reject(new Error(`the server did not start: ${output}`)));
  promise.catch(() => undefined).finally(() => clearTimeout(hung));
  return { process: server, greeting: promise };
}

/** The environment without the Banyan settings of whoever runs the tests. */
function surroundings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BANYAN|OTEL)_/.test(name)));
}

/** Reads to the end, so that the server never blocks on a full pipe. */
async function readGreeting(stdout: ReadableStream<Uint8Array>, onReady: (output: string) => void): Promise<string> {
  let output = '';
  for await (const chunk of stdout) {
    output += new TextDecoder().decode(chunk);
    // The owner link, if there is one, is part of the same write.
    if (READY.test(output)) onReady(output);
  }
  return output;
}

/** Prints the server's errors, without its warning about `clientInsecure`. */
async function passOn(stderr: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of stderr) {
    const lines = new TextDecoder().decode(chunk).split('\n');
    const complaints = lines.filter((line) => line !== '' && !line.startsWith('  !! '));
    if (complaints.length > 0) console.error(complaints.join('\n'));
  }
}

async function end(server: Bun.Subprocess): Promise<void> {
  server.kill('SIGTERM');
  await server.exited;
}
