import type { Webhook } from '../../core/app-settings.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { WebClient } from '../../ports/web-client.ts';
import type { PusherApp } from './app.ts';

/** As webhooks tell it: `name` says what happened. https://pusher.com/docs/channels/server_api/webhooks/ */
export type WebhookEvent = { readonly name: string; readonly channel: string } & Readonly<Record<string, unknown>>;

export type WebhookParts = { readonly clock: Clock; readonly telemetry: Telemetry; readonly webClient: WebClient };

/** What happens within this time is told in one request. */
const GATHER_MS = 50;
const BATCH_LIMIT = 500;
/** Events that may wait for one address; past it the oldest are dropped, and said to be. */
const QUEUE_LIMIT = 10_000;
/** Together a little more than five minutes; then a batch is given up. */
const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000] as const;

/**
 * Tells one address of an app's events: in order, one request at a time, each tried again with growing pauses for about
 * five minutes. What waits is kept in this process alone.
 */
export class WebhookOutlet {
  readonly #app: PusherApp;
  readonly #hook: Webhook;
  readonly #parts: WebhookParts;
  #queue: WebhookEvent[] = [];
  #isBusy = false;

  constructor(app: PusherApp, hook: Webhook, parts: WebhookParts) {
    this.#app = app;
    this.#hook = hook;
    this.#parts = parts;
  }

  tell(event: WebhookEvent): void {
    if (this.#hook.events?.includes(event.name) === false) return;
    this.#queue.push(event);
    if (this.#queue.length > QUEUE_LIMIT) this.#drop(this.#queue.splice(0, BATCH_LIMIT).length, 'the queue is full');
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#parts.clock.after(GATHER_MS, () => this.#sendNext());
  }

  #sendNext(): void {
    const events = this.#queue.splice(0, BATCH_LIMIT);
    this.#isBusy = events.length > 0;
    if (!this.#isBusy) return;
    const body = JSON.stringify({ time_ms: this.#parts.clock.now(), events });
    this.#send(body, events.length, 0);
  }

  #send(body: string, count: number, attempt: number): void {
    const headers = {
      'Content-Type': 'application/json',
      'X-Pusher-Key': this.#app.settings.key,
      'X-Pusher-Signature': this.#app.sign(body),
    };
    this.#parts.webClient
      .post({ url: this.#hook.url, headers, body })
      .then((status) => (status >= 200 && status < 300 ? undefined : `status ${status}`), String)
      .then((failure) => {
        if (failure === undefined) return this.#sendNext();
        const pause = RETRY_AFTER_MS[attempt];
        if (pause !== undefined) this.#parts.clock.after(pause, () => this.#send(body, count, attempt + 1));
        else {
          this.#drop(count, failure);
          this.#sendNext();
        }
      });
  }

  #drop(count: number, reason: string): void {
    const { telemetry } = this.#parts;
    telemetry.count('banyan_webhook_events_dropped_total', {}, count);
    telemetry.record('error', 'webhook.dropped', { app: this.#app.settings.id, url: this.#hook.url, count, reason });
  }
}
