import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Server } from 'bun';
import type { Guard } from '../../core/guard.ts';
import { repeat } from '../../core/repeat.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { SocketData } from './websocket.ts';

const CHECK_INTERVAL_MS = 1_000;

/**
 * Checks once a second whether this process can still open a file. If not, idle connections between two requests are
 * closed: clients open new ones by themselves. Those that have sent nothing are closed by Bun's idle timeout.
 */
export class OpenFiles {
  readonly #server: Pick<Server<SocketData>, 'closeIdleConnections'>;
  readonly #guard: Guard;
  readonly #stop: Cancel;

  constructor(server: Pick<Server<SocketData>, 'closeIdleConnections'>, guard: Guard, clock: Clock) {
    this.#server = server;
    this.#guard = guard;
    this.#stop = repeat({ clock, ms: CHECK_INTERVAL_MS, onError: (error) => guard.failed('open files', error) }, () =>
      this.#look(),
    );
  }

  /** Throws if no file can be opened. */
  check(): void {
    closeSync(openSync(devNull, 'r'));
  }

  stop(): void {
    this.#stop();
  }

  #look(): void {
    try {
      this.check();
    } catch (error) {
      const closed = this.#server.closeIdleConnections();
      this.#guard.failed('open files', error, { closed });
    }
  }
}
