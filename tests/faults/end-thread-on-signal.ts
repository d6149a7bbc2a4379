/**
 * Loaded into the server's process before the server (`bun --preload`): on SIGUSR2 it ends the database thread named in
 * `END_THREAD` from outside, as a runtime fault would.
 */
import type { OpenWorker } from '../../src/adapters/sqlite/worker.ts';

/** The threads that may be ended. */
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
