import type { Webhook } from '../../contracts/app-settings.ts';
import { PermanentFailure } from '../../core/jobs/job-consumer.ts';
import { randomText } from '../../core/text/random-text.ts';
import { utf8Length } from '../../core/text/wire-bytes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span, TraceContext, Traces } from '../../ports/traces.ts';
import type { WebClient } from '../../ports/web-client.ts';
import type { NewWork, Work } from '../../ports/work-log.ts';
import type { PusherApp } from './app.ts';

/** An event in a webhook; `name` is its type. https://pusher.com/docs/channels/server_api/webhooks/ */
export type WebhookEvent = { readonly name: string; readonly channel: string } & Readonly<Record<string, unknown>>;

/** Stores deliveries; resolves once they are on disk. */
export type Outbox = { add(works: readonly Omit<NewWork, 'time'>[]): Promise<void> };

export type WebhookParts = { readonly clock: Clock; readonly telemetry: Telemetry; readonly outbox: Outbox };

/** The body of one request; it stays the same for all attempts. */
type Delivery = {
  readonly id: string;
  readonly app: string;
  readonly url: string;
  readonly body: { readonly time_ms: number; readonly events: readonly WebhookEvent[] };
  /** The spans of the events that are traced. */
  readonly causes?: readonly TraceContext[];
};

/** A pending event, and the span of its cause, if traced. */
type Waiting = { readonly event: WebhookEvent; readonly cause: TraceContext | undefined };

export const WEBHOOK_QUEUE = 'webhook';
export const WEBHOOK_PAUSES = { firstMs: 1_000, mostMs: 60_000 } as const;

/** The interval between two deliveries to one address: events in between are combined. */
const GATHER_MS = 50;
const BATCH_LIMIT = 500;
/** The maximum number of causes per delivery. */
const CAUSES = 16;
const BATCH_BYTES = 256 * 1_024;
/** Events that may wait for the disk; above it the oldest are dropped and reported. */
const QUEUE_LIMIT = 10_000;
const AFTER_ERROR_MS = 1_000;

/**
 * Collects an app's events for one address. Events of one turn of the event loop are stored as one delivery at its end,
 * those of the following 50 ms as the next one, all in order; once stored, they survive a crash.
 */
export class WebhookOutlet {
  readonly #app: PusherApp;
  readonly #parts: WebhookParts;
  #hook: Webhook;
  #queue: Waiting[] = [];
  #isBusy = false;
  #handingIn: Promise<unknown> = Promise.resolve();

  constructor(app: PusherApp, hook: Webhook, parts: WebhookParts) {
    this.#app = app;
    this.#hook = hook;
    this.#parts = parts;
  }

  get url(): string {
    return this.#hook.url;
  }

  /** The same address is subscribed to other events. */
  change(hook: Webhook): void {
    this.#hook = hook;
  }

  tell(event: WebhookEvent, cause?: TraceContext): void {
    if (this.#hook.events?.includes(event.name) === false) return;
    this.#queue.push({ event, cause });
    if (this.#queue.length > QUEUE_LIMIT) this.#drop(this.#queue.splice(0, BATCH_LIMIT).length);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#parts.clock.soon(() => this.#handIn());
  }

  /** Resolves once all events are on disk, or storing them has failed. */
  async settled(): Promise<void> {
    this.#handIn();
    await this.#handingIn;
  }

  #handIn(): void {
    const waiting = this.#queue;
    this.#queue = [];
    this.#isBusy = waiting.length > 0;
    if (!this.#isBusy) return;
    const { outbox, clock } = this.#parts;
    const handIn = async () => outbox.add(batchesOf(waiting).map((batch) => this.#workOf(batch)));
    // One after another, so that they keep their order. If storing throws, it is retried.
    this.#handingIn = this.#handingIn
      .then(handIn)
      .then(
        () => GATHER_MS,
        (error: unknown) => this.#waitForRoom(waiting, error),
      )
      .then((pauseMs) => clock.after(pauseMs, () => this.#handIn()));
  }

  /** Returns the delay before the next attempt, in ms. */
  #waitForRoom(waiting: readonly Waiting[], error: unknown): number {
    const { telemetry } = this.#parts;
    telemetry.record('error', 'webhook.not_written', { app: this.#app.settings.id, error: String(error) });
    this.#queue = [...waiting, ...this.#queue];
    if (this.#queue.length > QUEUE_LIMIT) this.#drop(this.#queue.splice(0, this.#queue.length - QUEUE_LIMIT).length);
    return AFTER_ERROR_MS;
  }

  #workOf(batch: readonly Waiting[]): Omit<NewWork, 'time'> {
    const app = this.#app.settings.id;
    const { url } = this.#hook;
    const body = { time_ms: this.#parts.clock.now(), events: batch.map(({ event }) => event) };
    const causes = batch.flatMap(({ cause }) => cause ?? []).slice(0, CAUSES);
    const delivery: Delivery = { id: randomText(20), app, url, body, ...(causes.length > 0 && { causes }) };
    return { queue: WEBHOOK_QUEUE, lane: `${app} ${url}`, data: JSON.stringify(delivery) };
  }

  #drop(count: number): void {
    const { telemetry } = this.#parts;
    telemetry.count('banyan_webhook_events_dropped_total', {}, count);
    telemetry.record('error', 'webhook.dropped', { app: this.#app.settings.id, url: placeOf(this.#hook.url), count });
  }
}

/** As many as fit into one request; a large one is alone. */
function batchesOf(waiting: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let room = 0;
  for (const each of waiting) {
    const bytes = utf8Length(JSON.stringify(each.event));
    const last = batches.at(-1);
    if (last === undefined || last.length >= BATCH_LIMIT || bytes > room) {
      batches.push([each]);
      room = BATCH_BYTES - bytes;
    } else {
      last.push(each);
      room -= bytes;
    }
  }
  return batches;
}

type DeliveryAttempt = Pick<Work, 'data' | 'attempts'>;

export type DeliveryParts = {
  readonly appOf: (id: string) => PusherApp | undefined;
  readonly webClient: WebClient;
  /** Absent if nothing is traced. */
  readonly traces?: Traces | undefined;
};

/**
 * Sends a delivery, signed with the app's current secret. `X-Banyan-Delivery` is the same for each attempt, so that a
 * receiver can detect duplicates. Rejects unless the response status is 200 to 299.
 */
export async function deliver(work: DeliveryAttempt, { appOf, webClient, traces }: DeliveryParts): Promise<void> {
  const delivery = JSON.parse(work.data) as Delivery;
  const { id, app: appId, url, body } = delivery;
  const app = appOf(appId);
  if (app === undefined) throw new PermanentFailure('the app is gone');
  if (!app.settings.webhooks.some((hook) => hook.url === url))
    throw new PermanentFailure('the app has no such webhook any more');
  const text = JSON.stringify(body);
  const headers = {
    'Content-Type': 'application/json',
    'X-Pusher-Key': app.settings.key,
    'X-Pusher-Signature': app.sign(text),
    'X-Banyan-Delivery': id,
  };
  const span = beginPost(traces, delivery, work.attempts);
  try {
    const status = await webClient.post({ url, headers: { ...headers, ...span?.context }, body: text });
    if (status < 200 || status > 299) throw new Error(`status ${status}`);
  } catch (error) {
    span?.fail(error);
    throw error;
  } finally {
    span?.end();
  }
}

/** A request caused by traced events continues their trace; others start their own. */
function beginPost(
  traces: Traces | undefined,
  { url, body, causes = [] }: Delivery,
  resends: number,
): Span | undefined {
  const [first, ...more] = causes;
  const span =
    first === undefined ? traces?.begin('POST', 'client') : traces?.resume('POST', 'client', [first, ...more]);
  span?.set({
    'http.request.method': 'POST',
    'http.request.resend_count': resends === 0 ? undefined : resends,
    'url.full': placeOf(url),
    'server.address': new URL(url).hostname,
    'messaging.batch.message_count': body.events.length,
  });
  return span;
}

/** Without query and credentials, which may be secret. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
