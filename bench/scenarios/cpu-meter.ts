import { readFileSync } from 'node:fs';
import { CLOCK_TICKS, type ServerProcess } from '../targets/server-process.ts';
import { percent } from './format.ts';

/** The cores each side used. A generator near 1 with a server well below means that the generator is the limit. */
export type CpuShares = {
  readonly server: number;
  readonly generator: number;
  /** All other programs of the machine, and time the host gave to other machines. */
  readonly others: number;
};

/** Less than this share of a core does not matter. */
const QUIET = 0.1;

/** Measures between `measuring(true)` and `measuring(false)`. */
export class CpuMeter {
  readonly #server: ServerProcess;
  #from = { server: 0, generator: 0, machine: 0, at: 0 };
  #shares: CpuShares = { server: 0, generator: 0, others: 0 };

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  get shares(): CpuShares {
    return this.#shares;
  }

  readonly measuring = (on: boolean): void => {
    const now = this.#read();
    if (on) {
      this.#from = now;
      return;
    }
    const seconds = now.at - this.#from.at;
    const server = (now.server - this.#from.server) / seconds;
    const generator = (now.generator - this.#from.generator) / seconds;
    const machine = (now.machine - this.#from.machine) / seconds;
    this.#shares = { server, generator, others: Math.max(0, machine - server - generator) };
  };

  #read() {
    const { user, system } = process.cpuUsage();
    return {
      server: this.#server.cpuSeconds(),
      generator: (user + system) / 1e6,
      machine: busySeconds(),
      at: performance.now() / 1000,
    };
  }
}

/** CPU time in which the cores were not idle, in total, from the first line of /proc/stat (proc(5)). */
function busySeconds(): number {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = first.split(/ +/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) / CLOCK_TICKS;
}

/** A note for the report if other programs disturbed any of these runs. */
export function disturbance(runs: readonly CpuShares[]): readonly string[] {
  const worst = Math.max(0, ...runs.map(({ others }) => others));
  return worst < QUIET ? [] : [`Not a quiet machine: other programs took up to ${percent(worst)} of a core meanwhile`];
}
