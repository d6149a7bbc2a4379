import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const READY = /^Banyan \S+ is at (\S+)$/m;
const OWNER_LINK = /^\S+\/join\/(\S+)$/m;
const START_MS = 30_000;

export type BanyanProcess = {
  readonly url: string;
  /** Of the one-time owner link, on a first start. */
  readonly ownerInvite: string | undefined;
  /** Stops it in good order, and starts it again with the same data at the same address. */
  restart(): Promise<void>;
  /** Ends it with SIGKILL; `restart` brings it back. */
  crash(): Promise<void>;
  /** Stops it in good order, and removes its data. */
  stop(): Promise<void>;
};

type Running = { readonly process: Bun.Subprocess; readonly greeting: string };

/** Starts a real server, in a process and with a data folder of its own, on a free port. `env` has its settings. */
export async function startBanyan(env: Readonly<Record<string, string>> = {}): Promise<BanyanProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-test-'));
  const start = (port: string): Promise<Running> => launch({ BANYAN_DATA: folder, PORT: port, ...env });
  let running = await start('0');
  const url = READY.exec(running.greeting)?.[1] as string;
  return {
    url,
    ownerInvite: OWNER_LINK.exec(running.greeting)?.[1],
    restart: async () => {
      await end(running.process);
      running = await start(new URL(url).port);
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

async function launch(env: Readonly<Record<string, string>>): Promise<Running> {
  const server = Bun.spawn([process.execPath, PROGRAM, 'serve'], {
    env: { ...process.env, BANYAN_HOST: '127.0.0.1', BANYAN_LOG_LEVEL: 'warn', ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const hung = setTimeout(() => server.kill('SIGKILL'), START_MS);
  let output = '';
  for await (const chunk of server.stdout) {
    output += new TextDecoder().decode(chunk);
    // The owner link, if there is one, comes in the same write.
    if (READY.test(output)) break;
  }
  clearTimeout(hung);
  if (!READY.test(output)) throw new Error(`the server did not start: ${output}`);
  return { process: server, greeting: output };
}

async function end(server: Bun.Subprocess): Promise<void> {
  server.kill('SIGTERM');
  await server.exited;
}
