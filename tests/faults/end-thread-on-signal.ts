/**
 * Loaded into the server's process before the server (`bun --preload`): SIGUSR2 ends the database thread that
 * `END_THREAD` names, from outside, as a fault of the runtime would.
 */
import type { OpenWorker } from '../../src/adapters/sqlite/worker.ts';

/** Which thread may be ended. */
export type EndedThread = OpenWorker['open'];

const wanted = process.env.END_THREAD;

if (Bun.isMainThread && wanted !== undefined) {
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    override postMessage(message: unknown): void {
      const { open } = message as Partial<OpenWorker>;
      if (open === wanted) process.on('SIGUSR2', () => this.terminate());
      super.postMessage(message);
    }
  };
}
