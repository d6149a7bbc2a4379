import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { EventLines } from './event-lines.ts';
import { post } from './post.ts';
import {
  ANSWER_MS,
  closeError,
  type Delivery,
  FOREIGN,
  type Listener,
  type Place,
  type ReadData,
  type Subscriber,
  statusError,
  type WireClient,
  WireError,
} from './wire-client.ts';

export type PlainHttpSettings<T> = { readonly url: string; readonly token?: string; readonly read: ReadData<T> };

/** The data of an event. */
type Content = {
  readonly offset?: number;
  readonly epoch?: string;
  readonly recovered?: boolean;
  readonly data?: unknown;
};

/** Path of a stream of the channel's events. */
export const eventsPath = (channel: string) => `/sse?channel=${encodeURIComponent(channel)}`;
/** Where data is published, as the body of a POST. */
export const publishPath = (channel: string) => `/publish?channel=${encodeURIComponent(channel)}`;

/** Clients without WebSocket: an event stream each, and a request for each publication. docs/http.md */
export function plainHttpClient<T>(settings: PlainHttpSettings<T>): WireClient<T> {
  const publish = (channel: string, json: string) =>
    post(`${settings.url}${publishPath(channel)}`, json, authorization(settings.token));
  return {
    keepsOrder: false,
    subscribe: (channel, listener, since) => new Stream(settings, listener).open(channel, since),
    publisher: async () => ({ publish, close: () => undefined }),
  };
}

function authorization(token = ''): Record<string, string> {
  return token === '' ? {} : { Authorization: `Bearer ${token}` };
}

/** The response to a poll, as text, and the cursor of the next poll. An empty cursor starts. */
export async function poll(
  url: string,
  channel: string,
  { cursor, signal }: { readonly cursor: string; readonly signal: AbortSignal },
): Promise<{ readonly text: string; readonly cursor: string }> {
  const response = await fetch(`${url}/poll?${new URLSearchParams({ channel, cursor })}`, { signal });
  const text = await response.text();
  if (!response.ok) throw statusError(response.status);
  return { text, cursor: (JSON.parse(text) as { readonly cursor: string }).cursor };
}

/** One stream, on its own connection. `fetch` would open 256 at most. */
class Stream<T> {
  readonly #settings: PlainHttpSettings<T>;
  readonly #listener: Listener<T>;
  readonly #entered = Promise.withResolvers<Content>();
  readonly #lines = new EventLines();
  #request: ClientRequest | undefined;
  #isOpen = false;
  #isOver = false;
  #epoch = '';
  #cursor = '';
  #offset = 0;

  constructor(settings: PlainHttpSettings<T>, listener: Listener<T>) {
    this.#settings = settings;
    this.#listener = listener;
  }

  async open(channel: string, since: Place | undefined): Promise<Subscriber> {
    const url = `${this.#settings.url}${eventsPath(channel)}`;
    const get = url.startsWith('https:') ? httpsGet : httpGet;
    const headers = { ...authorization(this.#settings.token), ...(since?.cursor && { 'Last-Event-ID': since.cursor }) };
    const timeout = setTimeout(() => this.#entered.reject(new WireError('timeout', 'no answer')), ANSWER_MS);
    this.#request = get(url, { agent: false, headers: { Accept: 'text/event-stream', ...headers } }, (response) =>
      this.#read(response),
    );
    this.#request.on('error', () => this.#end(new WireError('unreachable', 'no connection')));
    try {
      const { recovered = false } = await this.#entered.promise;
      return { recovered, place: () => this.#place(), close: () => this.#close() };
    } catch (error) {
      this.#close();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  #place(): Place | undefined {
    return this.#cursor === '' || this.#epoch === ''
      ? undefined
      : { epoch: this.#epoch, offset: this.#offset, cursor: this.#cursor };
  }

  #close(): void {
    this.#isOver = true;
    this.#request?.destroy();
  }

  #read(response: IncomingMessage): void {
    const { statusCode = 0 } = response;
    if (statusCode !== 200) return this.#end(statusError(statusCode));
    if (!response.headers['content-type']?.startsWith('text/event-stream')) {
      return this.#end(new WireError('foreign', 'an answer that is no stream of events'));
    }
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      if (this.#isOver) return;
      try {
        this.#take(text);
      } catch {
        this.#end(closeError(FOREIGN));
      }
    });
    for (const event of ['end', 'error', 'close'] as const) {
      response.on(event, () => this.#end(new WireError('closed', 'the stream ended')));
    }
  }

  #take(text: string): void {
    const publications: Delivery<T>[] = [];
    for (const { event, data, id } of this.#lines.take(text)) {
      if (id !== undefined) this.#cursor = id;
      if (event !== undefined && event !== 'subscribed') {
        this.#end(new WireError('closed', `${event}: ${data}`));
        continue;
      }
      const content = JSON.parse(data) as Content;
      this.#offset = content.offset ?? this.#offset;
      if (event === undefined) {
        publications.push({ offset: content.offset ?? 0, data: this.#settings.read(content.data) });
      } else {
        this.#epoch = content.epoch ?? '';
        this.#isOpen = true;
        this.#entered.resolve(content);
      }
    }
    if (publications.length > 0) this.#listener.onPublications(publications);
  }

  #end(error: WireError): void {
    this.#entered.reject(error);
    if (!this.#isOpen || this.#isOver) return;
    this.#isOver = true;
    this.#listener.onClose(error.message);
  }
}
