import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span, TraceContext, Traces } from '../../ports/traces.ts';
import type { WebClient } from '../../ports/web-client.ts';
import type { PusherApp, Webhook } from './app.ts';

/** As webhooks tell it: `name` says what happened. https://pusher.com/docs/channels/server_api/webhooks/ */
export type WebhookEvent = { readonly name: string; readonly channel: string } & Readonly<Record<string, unknown>>;

export type WebhookParts = {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Absent where nothing is traced. */
  readonly traces?: Traces | undefined;
  readonly webClient: WebClient;
};

/** What waits to be told, and what it was caused by, where that is traced. */
type Waiting = { readonly event: WebhookEvent; readonly cause: TraceContext | undefined };
type Batch = { readonly body: string; readonly count: number; readonly causes: readonly TraceContext[] };

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
  #queue: Waiting[] = [];
  #isBusy = false;

  constructor(app: PusherApp, hook: Webhook, parts: WebhookParts) {
    this.#app = app;
    this.#hook = hook;
    this.#parts = parts;
  }

  tell(event: WebhookEvent, cause?: TraceContext): void {
    if (this.#hook.events?.includes(event.name) === false) return;
    this.#queue.push({ event, cause });
    if (this.#queue.length > QUEUE_LIMIT) this.#drop(this.#queue.splice(0, BATCH_LIMIT).length, 'the queue is full');
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#parts.clock.after(GATHER_MS, () => this.#sendNext());
  }

  #sendNext(): void {
    const waiting = this.#queue.splice(0, BATCH_LIMIT);
    this.#isBusy = waiting.length > 0;
    if (!this.#isBusy) return;
    const events = waiting.map(({ event }) => event);
    const body = JSON.stringify({ time_ms: this.#parts.clock.now(), events });
    this.#send({ body, count: events.length, causes: waiting.flatMap(({ cause }) => cause ?? []) }, 0);
  }

  #send(batch: Batch, attempt: number): void {
    const { body, count } = batch;
    const span = this.#beginPost(batch, attempt);
    const headers = {
      'Content-Type': 'application/json',
      'X-Pusher-Key': this.#app.settings.key,
      'X-Pusher-Signature': this.#app.sign(body),
      ...span?.context,
    };
    this.#parts.webClient
      .post({ url: this.#hook.url, headers, body })
      .then((status) => (status >= 200 && status < 300 ? undefined : `status ${status}`), String)
      .then((failure) => {
        if (failure !== undefined) span?.fail(failure);
        span?.end();
        if (failure === undefined) return this.#sendNext();
        const pause = RETRY_AFTER_MS[attempt];
        if (pause !== undefined) this.#parts.clock.after(pause, () => this.#send(batch, attempt + 1));
        else {
          this.#drop(count, failure);
          this.#sendNext();
        }
      });
  }

  /** A request that follows from what is traced belongs to that; others are traced as whatever else begins here. */
  #beginPost({ count, causes: [first, ...more] }: Batch, resends: number): Span | undefined {
    const { traces } = this.#parts;
    const span =
      first === undefined ? traces?.begin('POST', 'client') : traces?.resume('POST', 'client', [first, ...more]);
    span?.set({
      'http.request.method': 'POST',
      'http.request.resend_count': resends === 0 ? undefined : resends,
      'url.full': placeOf(this.#hook.url),
      'server.address': new URL(this.#hook.url).hostname,
      'messaging.batch.message_count': count,
    });
    return span;
  }

  #drop(count: number, reason: string): void {
    const { telemetry } = this.#parts;
    telemetry.count('banyan_webhook_events_dropped_total', {}, count);
    telemetry.record('error', 'webhook.dropped', {
      app: this.#app.settings.id,
      url: placeOf(this.#hook.url),
      count,
      reason,
    });
  }
}

/** Without the query and what stands before the host: that may be secret. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
