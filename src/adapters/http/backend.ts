import { createHmac, randomUUID } from 'node:crypto';
import {
  type AskContext,
  type AskerHeaders,
  type Backend,
  type BackendAnswer,
  type BackendEvent,
  BackendUnavailable,
} from '../../ports/backend.ts';
import type { Span } from '../../ports/traces.ts';
import { Breaker } from './breaker.ts';

export type HttpBackendSettings = {
  /** The http(s) address for each event. */
  readonly urls: Readonly<Partial<Record<BackendEvent, string>>>;
  /** Signs requests; '' for no signature. */
  readonly secret: string;
  /** The timeout of one attempt, in ms. */
  readonly timeoutMs: number;
  /** Names, in lower case, of headers that clients may send in `connect`. */
  readonly claimable?: readonly string[];
};

/** Events without side effects at the backend, which may be retried. */
const REPEATABLE: ReadonlySet<BackendEvent> = new Set(['connect', 'refresh', 'subscribe', 'sub_refresh']);
const RETRY_AFTER_MS = 100;
const ANSWER_BYTES = 256 * 1_024;
const BREAKER = { failures: 5, pauseMs: 5_000, atOnce: 512, now: Date.now };

type Delivery = {
  readonly event: BackendEvent | 'poll';
  readonly url: string;
  readonly question: string;
  readonly id: string;
  readonly context: AskContext;
};

/**
 * A developer's own backend over HTTP: one POST per request, JSON both ways. `X-Banyan-Signature` is `t=<seconds since
 * 1970>,v1=<hex HMAC-SHA-256 of "<seconds>.<body>">`; `X-Banyan-Delivery` is the same for a retry. Redirects are not
 * followed: only the settings decide on addresses.
 */
export class HttpBackend implements Backend {
  readonly #settings: HttpBackendSettings;
  /** By address: a failing one does not affect others. */
  readonly #breakers = new Map<string, Breaker>();

  constructor(settings: HttpBackendSettings) {
    this.#settings = settings;
  }

  hears(event: BackendEvent): boolean {
    return this.#settings.urls[event] !== undefined;
  }

  ask(event: BackendEvent, question: string, context: AskContext = {}): Promise<BackendAnswer> {
    const url = this.#settings.urls[event];
    if (url === undefined) return Promise.reject(new BackendUnavailable(`no address for ${event}`));
    const delivery = { event, url, question, id: randomUUID(), context };
    return this.#breakerOf(url).run(async () => {
      try {
        return await this.#post(delivery);
      } catch (error) {
        if (!REPEATABLE.has(event)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS * (1 + Math.random())));
        return this.#post(delivery, 1);
      }
    });
  }

  poll(url: string, question: string, context: Pick<AskContext, 'span'> = {}): Promise<BackendAnswer> {
    return this.#breakerOf(url).run(() => this.#post({ event: 'poll', url, question, id: randomUUID(), context }));
  }

  #breakerOf(url: string): Breaker {
    const breaker = this.#breakers.get(url) ?? new Breaker(BREAKER);
    this.#breakers.set(url, breaker);
    return breaker;
  }

  /** `resends`: the number of earlier attempts. */
  async #post({ event, url, question, id, context }: Delivery, resends = 0): Promise<BackendAnswer> {
    const { span: cause, headers } = context;
    const span = cause && beginPost(cause, { event, url, resends });
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#settings.timeoutMs),
        headers: {
          ...this.#claimed(headers?.claimed),
          ...headers?.sent,
          'Content-Type': 'application/json',
          'X-Banyan-Event': event,
          'X-Banyan-Delivery': id,
          ...this.#signature(question),
          ...span?.context,
        },
        body: question,
      });
      span?.set({ 'http.response.status_code': response.status });
      if (response.status !== 200) throw new BackendUnavailable(`it answered with status ${response.status}`);
      const text = await readText(response);
      return { text, value: JSON.parse(text) };
    } catch (thrown) {
      const error = unavailable(event, thrown);
      span?.set({ 'error.type': error.name });
      span?.fail(error);
      throw error;
    } finally {
      span?.end();
    }
  }

  #claimed(headers: AskerHeaders['claimed'] = {}): Record<string, string> {
    const { claimable = [] } = this.#settings;
    return Object.fromEntries(Object.entries(headers).filter(([name]) => claimable.includes(name)));
  }

  #signature(body: string): Record<string, string> {
    const { secret } = this.#settings;
    if (secret === '') return {};
    const seconds = Math.floor(Date.now() / 1_000);
    const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    return { 'X-Banyan-Signature': `t=${seconds},v1=${signature}` };
  }
}

function unavailable(event: Delivery['event'], cause: unknown): BackendUnavailable {
  if (cause instanceof BackendUnavailable) return cause;
  return new BackendUnavailable(`${event}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

type Attempt = Pick<Delivery, 'event' | 'url'> & { readonly resends: number };

/** Without query and credentials, which may be secret. */
function beginPost(cause: Span, { event, url, resends }: Attempt): Span {
  const { origin, hostname, port, pathname, protocol } = new URL(url);
  const span = cause.child('POST', 'client');
  span.set({
    'http.request.method': 'POST',
    'http.request.resend_count': resends === 0 ? undefined : resends,
    'url.full': origin + pathname,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    'banyan.backend.event': event,
  });
  return span;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) throw new BackendUnavailable(`it answered with more than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
