import type { BackendAnswer } from '../../ports/backend.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Span, Traces } from '../../ports/traces.ts';
import { TrackSignatures } from '../access/track-signature.ts';
import type { PolledItem } from '../bus/node-messages.ts';
import type { Fanout } from '../protocol/connection.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Namespace } from './namespace.ts';
import { PolledChannel } from './polled-channel.ts';

export type SharedPollSettings = {
  readonly clock: Clock;
  readonly fanout: Fanout;
  readonly protocols: readonly Protocol[];
  readonly secret: string;
  /** Absent if nothing is traced. */
  readonly traces?: Traces | undefined;
  readonly ask: (url: string, question: string, span?: Span) => Promise<BackendAnswer>;
  /** The backend did not respond, for the first time. */
  readonly onFailure: (error: unknown) => void;
};

type Poller = {
  readonly channel: PolledChannel;
  readonly namespace: Namespace;
  /** Keys with waiting trackers. */
  readonly wanted: Set<string>;
  polling: boolean;
  failing: boolean;
};

/** Channels whose items are polled from a developer's backend as long as they have trackers. */
export class SharedPolls {
  readonly signatures: TrackSignatures;
  readonly #settings: SharedPollSettings;
  readonly #pollers = new Map<string, Poller>();

  constructor(settings: SharedPollSettings) {
    this.#settings = settings;
    this.signatures = new TrackSignatures(settings.secret);
  }

  /** The channel, for a subscriber; `dropIfIdle` releases it. */
  open(name: string, namespace: Namespace): PolledChannel {
    const known = this.#pollers.get(name);
    if (known !== undefined) return known.channel;
    const channel = new PolledChannel(name, { ...this.#settings, namespace, now: this.#settings.clock.now });
    const poller: Poller = { channel, namespace, wanted: new Set(), polling: false, failing: false };
    this.#pollers.set(name, poller);
    this.#schedule(poller);
    return channel;
  }

  /** Polls a new key at once instead of in the next round. */
  want({ name }: PolledChannel, key: string): void {
    const poller = this.#pollers.get(name);
    if (poller === undefined) return;
    if (poller.wanted.size === 0) this.#settings.clock.soon(() => this.#poll(poller, true));
    poller.wanted.add(key);
  }

  /** The backend published an item; trackers get it if it is newer. */
  learn(name: string, { key, data, version }: PolledItem): void {
    this.#pollers.get(name)?.channel.learn({ key, data, version });
  }

  #schedule(poller: Poller): void {
    this.#settings.clock.after(poller.namespace.pollIntervalMs, () => {
      // Kept for one more round, so that clients that return meanwhile find their epoch.
      if (poller.channel.empty) this.#pollers.delete(poller.channel.name);
      else this.#poll(poller, false).finally(() => this.#schedule(poller));
    });
  }

  /** One request at a time, so that no response overtakes another. Never rejects. */
  async #poll(poller: Poller, onlyWanted: boolean): Promise<void> {
    if (poller.polling) return;
    poller.polling = true;
    try {
      if (!onlyWanted) await poller.channel.poll();
      while (poller.wanted.size > 0) await poller.channel.poll(taken(poller.wanted));
      poller.failing = false;
    } catch (error) {
      poller.wanted.clear();
      const wasFailing = poller.failing;
      poller.failing = true;
      if (!wasFailing) this.#settings.onFailure(error);
    } finally {
      poller.polling = false;
    }
  }
}

function taken(wanted: Set<string>): ReadonlySet<string> {
  const keys = new Set(wanted);
  wanted.clear();
  return keys;
}
