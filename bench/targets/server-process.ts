import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_CORES, SERVER_CORE } from '../cores.ts';

/** Clock ticks per second in /proc/<pid>/stat (`getconf CLK_TCK`; 100 on every Linux that Bun runs on). */
export const CLOCK_TICKS = 100;
/** A first start by `npm start` may have to build the web app. */
const START_MS = 120_000;
const POLL_MS = 5;
const STOP_MS = 12_000;

const running = new Set<Bun.Subprocess>();
const folders = new Set<string>();

// However the benchmark ends, nothing of it is left behind.
process.on('exit', () => {
  for (const server of running) server.kill('SIGTERM');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export type Launch = {
  readonly command: (folder: string) => readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Path that responds over HTTP once the server is up; if absent, a TCP connection suffices. */
  readonly livePath?: string;
  /** Kept when the server stops, for a next start; if absent, a new one that is removed with the server. */
  readonly folder?: string;
  /** True for a server that collects garbage on SIGUSR2 (which ends others). */
  readonly collectsGarbage?: boolean;
  /** True for a start on all cores, as people do. */
  readonly unpinned?: boolean;
};

/** A server under load: its own process on the servers' core, with its own folder that is removed with it. */
export class ServerProcess {
  readonly pid: number;
  readonly #process: Bun.Subprocess;
  readonly #folder: string;
  readonly #keepFolder: boolean;
  readonly #collectsGarbage: boolean;
  #output = '';
  #startedIn = 0;

  private constructor(launch: Launch) {
    this.#folder = launch.folder ?? newFolder();
    this.#keepFolder = launch.folder !== undefined;
    this.#collectsGarbage = launch.collectsGarbage === true;
    const { prefix } = launch.unpinned === true ? ALL_CORES : SERVER_CORE;
    this.#process = Bun.spawn([...prefix, ...launch.command(this.#folder)], {
      env: { ...process.env, ...launch.env },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    running.add(this.#process);
    this.pid = this.#process.pid;
    for (const stream of [this.#process.stdout, this.#process.stderr]) this.#keepOutput(stream);
  }

  /** Resolves when the server accepts connections. Throws with the server's output if it does not within 30 s. */
  static async start(launch: Launch): Promise<ServerProcess> {
    const from = performance.now();
    const server = new ServerProcess(launch);
    const deadline = Date.now() + START_MS;
    while (!(await isUp(launch))) {
      if (server.#process.exitCode !== null || Date.now() > deadline) {
        await server.stop();
        throw new Error(`server did not start\n${server.#output.slice(-2000)}`);
      }
      await Bun.sleep(POLL_MS);
    }
    server.#startedIn = performance.now() - from;
    await Bun.sleep(50);
    if (server.#process.exitCode !== null) throw new Error(`another server has the port\n${server.#output}`);
    return server;
  }

  async #keepOutput(stream: Bun.Subprocess['stdout']): Promise<void> {
    if (!(stream instanceof ReadableStream)) return;
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.#output = (this.#output + decoder.decode(chunk)).slice(-8000);
  }

  /** Milliseconds from the command to the first response. */
  get startedIn(): number {
    return this.#startedIn;
  }

  /** Resident memory of the process and its children, in bytes. */
  residentBytes(): number {
    return treeOf(this.pid).reduce((sum, pid) => sum + residentBytesOf(pid), 0);
  }

  /** CPU time of the process and its children since their start, in seconds. */
  cpuSeconds(): number {
    return treeOf(this.pid).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  }

  /** Makes the server collect garbage, if it is one of ours that supports it; see the handlers in `servers/`. */
  collectGarbage(): void {
    if (this.#collectsGarbage) process.kill(this.pid, 'SIGUSR2');
  }

  async stop(): Promise<void> {
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    this.#process.kill('SIGTERM');
    await this.#process.exited;
    clearTimeout(kill);
    running.delete(this.#process);
    if (!this.#keepFolder) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** An empty folder for a server's files; it is removed when the benchmark ends. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
  folders.add(folder);
  return folder;
}

async function isUp({ port, livePath }: Launch): Promise<boolean> {
  try {
    if (livePath !== undefined) return (await fetch(`http://127.0.0.1:${port}${livePath}`)).ok;
    const ignore = { data: () => {} };
    (await Bun.connect({ hostname: '127.0.0.1', port, socket: ignore })).end();
    return true;
  } catch {
    return false;
  }
}

/** The process and all its descendants; threads are part of their process. */
export function treeOf(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (pid > 0) parents.set(pid, Number(statOf(pid)?.[1] ?? 0));
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

/** Fields of /proc/<pid>/stat from the third on (proc(5)); the name before them may contain spaces. */
function statOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function cpuSecondsOf(pid: number): number {
  const stat = statOf(pid);
  return stat === null ? 0 : (Number(stat[11]) + Number(stat[12])) / CLOCK_TICKS;
}

export function residentBytesOf(pid: number): number {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB$/m);
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
