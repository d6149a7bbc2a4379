import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { Payloads } from '../payload.ts';
import { EventLines } from './event-lines.ts';
import { post } from './post.ts';
import {
  ANSWER_MS,
  endError,
  FOREIGN,
  type Heard,
  type Listener,
  type Place,
  type Subscriber,
  statusError,
  type Wire,
  WireError,
} from './wire.ts';

export type SseSettings = { readonly url: string; readonly token: string; readonly payloads: Payloads };

type Told = {
  readonly offset?: number;
  readonly epoch?: string;
  readonly recovered?: boolean;
  readonly data?: unknown;
};

/** Clients with nothing but HTTP: a stream of events each, and a request for each publication. docs/http.md */
export function sseWire(settings: SseSettings): Wire {
  return {
    keepsOrder: false,
    subscribe: (channel, listener, since) => new Stream(settings, listener).open(channel, since),
    publisher: async () => ({
      publish: (channel, text) =>
        post(
          `${settings.url}/publish?channel=${encodeURIComponent(channel)}`,
          JSON.stringify(text),
          authorization(settings),
        ),
      close: () => undefined,
    }),
  };
}

function authorization({ token }: SseSettings): Record<string, string> {
  return token === '' ? {} : { Authorization: `Bearer ${token}` };
}

/** One stream, on a connection of its own. Not by `fetch`, which opens 256 at most. */
class Stream {
  readonly #settings: SseSettings;
  readonly #listener: Listener;
  readonly #entered = Promise.withResolvers<Told>();
  readonly #lines = new EventLines();
  #request: ClientRequest | undefined;
  #isOpen = false;
  #isOver = false;
  #epoch = '';
  #cursor = '';
  #offset = 0;

  constructor(settings: SseSettings, listener: Listener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  async open(channel: string, since: Place | undefined): Promise<Subscriber> {
    const url = `${this.#settings.url}/sse?channel=${encodeURIComponent(channel)}`;
    const get = url.startsWith('https:') ? httpsGet : httpGet;
    const headers = { ...authorization(this.#settings), ...(since?.cursor && { 'Last-Event-ID': since.cursor }) };
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
        this.#end(endError(FOREIGN));
      }
    });
    for (const event of ['end', 'error', 'close'] as const) {
      response.on(event, () => this.#end(new WireError('closed', 'the stream ended')));
    }
  }

  #take(text: string): void {
    const heard: Heard[] = [];
    for (const { event, data, id } of this.#lines.take(text)) {
      if (id !== undefined) this.#cursor = id;
      if (event !== undefined && event !== 'subscribed') {
        this.#end(new WireError('closed', `${event}: ${data}`));
        continue;
      }
      const told = JSON.parse(data) as Told;
      this.#offset = told.offset ?? this.#offset;
      if (event === undefined) heard.push({ offset: told.offset ?? 0, stamp: this.#settings.payloads.read(told.data) });
      else {
        this.#epoch = told.epoch ?? '';
        this.#isOpen = true;
        this.#entered.resolve(told);
      }
    }
    if (heard.length > 0) this.#listener.onHeard(heard);
  }

  #end(error: WireError): void {
    this.#entered.reject(error);
    if (!this.#isOpen || this.#isOver) return;
    this.#isOver = true;
    this.#listener.onEnd(error.message);
  }
}
