import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Span } from '../../ports/traces.ts';
import type { PusherApp } from './app.ts';
import { channelOf, isName } from './channel-name.ts';
import { ChannelQueries } from './channel-queries.ts';
import { EVENT_TAG } from './encode.ts';
import { dataOfText } from './event-data.ts';
import { BATCH, EVENT, type EventRequest, parseParameters } from './http-requests.ts';
import { checkSignature, type Pairs, readPairs } from './http-signature.ts';

const PATH = /^\/apps\/([^/]+)\/(.+)$/;
const CHANNEL = /^channels\/([^/]+)(\/users)?$/;
const TERMINATE = /^users\/([^/]+)\/terminate_connections$/;

/** The current apps. */
type AppFinder = { readonly size: number; get(id: string): { readonly app: PusherApp } | undefined };

type Call = {
  readonly app: PusherApp;
  readonly pairs: Pairs;
  readonly body: Uint8Array;
  readonly span: Span | undefined;
};

/**
 * The HTTP API of the apps' backends, `/apps/<id>/…`: every request is signed with the app's secret. An error is a line
 * of text. https://pusher.com/docs/channels/library_auth_reference/rest-api/
 */
export class PusherApi {
  readonly #node: Node;
  readonly #apps: AppFinder;
  readonly #digests: Digests;

  constructor(node: Node, apps: AppFinder, { digests }: { readonly digests: Digests }) {
    this.#node = node;
    this.#apps = apps;
    this.#digests = digests;
  }

  /** Undefined for a request of another API. `readBody` may throw `ClientError`. `span`: the request's, if traced. */
  async answer(request: Request, readBody: () => Promise<Uint8Array>, span?: Span): Promise<Response | undefined> {
    const [, id = '', rest = ''] = PATH.exec(new URL(request.url).pathname) ?? [];
    if (this.#apps.size === 0 || id === '') return undefined;
    try {
      return Response.json(await this.#call(request, { id, rest, readBody, span }));
    } catch (error) {
      if (!(error instanceof ClientError) || error.kind === 'internal') throw error;
      const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
      return new Response(`${error.message}\n`, {
        status: error.kind === 'tooManyRequests' ? 503 : error.status,
        headers,
      });
    }
  }

  async #call({ method, url }: Request, { id, rest, readBody, span }: AppRequest): Promise<unknown> {
    const app = this.#apps.get(id)?.app;
    if (app === undefined) throw new ClientError('notFound', { message: 'Unknown app id' });
    const { pathname } = new URL(url);
    const pairs = readPairs(url.split('?').slice(1).join('?'));
    const body = await readBody();
    checkSignature(app, { method, pathname, pairs, body }, { digests: this.#digests, now: this.#node.clock.now });
    if (!app.settings.enabled) throw new ClientError('permissionDenied', { message: 'Application disabled' });
    return this.#dispatch(`${method === 'HEAD' ? 'GET' : method} ${rest}`, { app, pairs, body, span });
  }

  async #dispatch(what: string, call: Call): Promise<unknown> {
    const { app, pairs, body } = call;
    const query = new Map(pairs);
    if (what === 'POST events') return this.#publish(call, parseParameters(EVENT, body, pairs));
    if (what === 'POST batch_events') return this.#publishBatch(call);
    const queries = new ChannelQueries(this.#node, app);
    if (what === 'GET channels') return queries.channels(query);
    const [, channel = '', users] = (what.startsWith('GET ') && CHANNEL.exec(what.slice(4))) || [];
    if (channel !== '')
      return users === undefined ? queries.channel(named(channel), query) : queries.users(named(channel));
    const [, user = ''] = (what.startsWith('POST ') && TERMINATE.exec(what.slice(5))) || [];
    if (user === '') throw new ClientError('notFound', { message: 'Unknown path or method' });
    this.#node.orderAppUser(app.settings.id, decodedOf(user), { kind: 'disconnect' });
    return {};
  }

  /** Answers once all channels have it; if one fails, the others may still have it. */
  async #publish(call: Call, { channels, info, ...event }: EventRequest): Promise<object> {
    const { app } = call;
    checkSize(app, event.data);
    await Promise.all(channels.map((name) => this.#publishOne(call, name, event)));
    if (typeof info !== 'string') return {};
    const queries = new ChannelQueries(this.#node, app);
    return { channels: Object.fromEntries(channels.map((name) => [name, queries.attributes(name, info)])) };
  }

  async #publishBatch(call: Call): Promise<object> {
    const { app, body } = call;
    const { batch } = parseParameters(BATCH, body, []);
    for (const { data } of batch) checkSize(app, data);
    const queries = new ChannelQueries(this.#node, app);
    const published = batch.map(async ({ channel, info, ...event }) => {
      await this.#publishOne(call, channel, event);
      return typeof info === 'string' ? queries.attributes(channel, info) : {};
    });
    const attributes = await Promise.all(published);
    return batch.some(({ info }) => typeof info === 'string') ? { batch: attributes } : {};
  }

  async #publishOne({ app, span }: Call, name: string, event: Omit<EventRequest, 'channels' | 'info'>): Promise<void> {
    await this.#node.publish(channelOf(app.settings.namespace, name), dataOfText(event.data), {
      tags: { [EVENT_TAG]: event.name },
      ...(typeof event.socket_id === 'string' && { except: event.socket_id }),
      ...(span !== undefined && { span }),
    });
  }
}

type AppRequest = {
  readonly id: string;
  readonly rest: string;
  readonly readBody: () => Promise<Uint8Array>;
  readonly span: Span | undefined;
};

function checkSize({ settings: { maxEventBytes } }: PusherApp, data: string): void {
  if (new TextEncoder().encode(data).length <= maxEventBytes) return;
  throw new ClientError('tooLarge', { message: `The data of an event has at most ${maxEventBytes} bytes` });
}

function named(escaped: string): string {
  const name = decodedOf(escaped);
  if (isName(name)) return name;
  throw new ClientError('badRequest', { message: 'Invalid channel name' });
}

function decodedOf(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ClientError('badRequest', { message: 'the path is not valid', cause });
  }
}
