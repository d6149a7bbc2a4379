import type { UserPrincipal } from '../../core/access/principal.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';
import type { Authentication } from './authentication.ts';
import type { DeviceStore } from './device-store.ts';

const CHECK_INTERVAL_MS = 60_000;
/** Ticks are one second apart; a larger step means the clock jumped. */
const JUMP_MS = 10_000;
const BATCH = 500;

type Parts = {
  readonly host: Pick<FeatureHost, 'channels' | 'clock' | 'telemetry'>;
  readonly devices: DeviceStore;
  readonly authentication: Authentication;
};

/**
 * Closes live connections whose session has expired: it was valid on connect, and nothing checks it again. Runs once a
 * minute, and at once when the wall clock jumps.
 */
export class LiveDevices {
  readonly #parts: Parts;
  /** The user of each device that has connected here. */
  readonly #live = new Map<string, string>();
  #lastTick: number | undefined;
  #lookedAt = 0;
  #looking = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  entered({ user, device }: UserPrincipal): void {
    this.#live.set(device, user);
  }

  tick(now: number): void {
    const jumped = this.#lastTick !== undefined && Math.abs(now - this.#lastTick) > JUMP_MS;
    this.#lastTick = now;
    if (this.#looking || (!jumped && now >= this.#lookedAt && now - this.#lookedAt < CHECK_INTERVAL_MS)) return;
    this.#lookedAt = now;
    this.#looking = true;
    this.#look()
      .catch((error) => {
        this.#parts.host.telemetry.record('warn', 'devices.not_looked_at', { error: String(error) });
        // The next tick retries.
        this.#lookedAt = 0;
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  async #look(): Promise<void> {
    const { channels } = this.#parts.host;
    for (const [device, user] of this.#live) if (channels.connectionsOf(user) === 0) this.#live.delete(device);
    const live = [...this.#live];
    for (let from = 0; from < live.length; from += BATCH) await this.#close(live.slice(from, from + BATCH));
  }

  async #close(batch: readonly (readonly [device: string, user: string])[]): Promise<void> {
    const { host, devices, authentication } = this.#parts;
    const good = await devices.goodOf(
      batch.map(([device]) => device),
      host.clock.now(),
    );
    for (const [device, user] of batch) {
      if (good.has(device)) continue;
      this.#live.delete(device);
      authentication.forget(user, device);
      host.channels.disconnectUser(user, 'forceDisconnect', device);
    }
  }
}
