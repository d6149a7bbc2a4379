import type { ServerProcess } from '../targets/server-process.ts';

/** How much of a core each side took, 0–1: a generator near 1 beside a server well below says the generator is the limit. */
export type CpuShares = { readonly server: number; readonly generator: number };

/** Measures between `measuring(true)` and `measuring(false)`. */
export class CpuMeter {
  readonly #server: ServerProcess;
  #from = { server: 0, generator: 0, at: 0 };
  #shares: CpuShares = { server: 0, generator: 0 };

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
    this.#shares = {
      server: (now.server - this.#from.server) / seconds,
      generator: (now.generator - this.#from.generator) / seconds,
    };
  };

  #read() {
    const { user, system } = process.cpuUsage();
    return { server: this.#server.cpuSeconds(), generator: (user + system) / 1e6, at: performance.now() / 1000 };
  }
}
