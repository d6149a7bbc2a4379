import { Centrifuge } from 'centrifuge';
import { type Connection, watchConnection } from './connection.ts';
import type { ChannelData, Input, OperationName, Output, Uploads } from './contract.ts';
import { BanyanError, errorFromBody, errorFromFetch, errorFromReply } from './errors.ts';
import { createPrefixListeners, type Unlisten } from './listeners.ts';
import {
  type ChannelListeners,
  createSubscriptions,
  type Publication,
  type Subscribed,
  toSubscribed,
} from './subscriptions.ts';

export type ClientOptions = {
  /** The server's address: `https://chat.example.org`. */
  readonly url: string;
  /** Outside browsers: a `fetch` that sends the session's cookie. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Outside browsers: a `WebSocket` class that sends the session's cookie. */
  readonly webSocket?: unknown;
  /** Calls without a live connection use HTTP; false: they fail with `connectionLost`. Default true. */
  readonly httpFallback?: boolean;
  /** The timeout of a call in ms. Default 10,000. */
  readonly timeoutMs?: number;
};

export type CallOptions = {
  /** Uses HTTP even with a live connection, so that errors have `field` and `retryAfter`. */
  readonly overHttp?: boolean;
};

export type Client = Omit<Connection, 'state'> & {
  readonly connection: Connection['state'];
  /**
   * Calls an operation: as RPC over the live connection, or over HTTP without one or if the operation sets cookies.
   * Rejects with `BanyanError`. After `timeout` or `connectionLost` the outcome is unknown.
   */
  call<Name extends OperationName>(name: Name, input: Input<Name>, options?: CallOptions): Promise<Output<Name>>;
  /** Sends a file over HTTP. Rejects like `call`. */
  upload<Name extends keyof Uploads>(
    name: Name,
    query: Uploads[Name]['query'],
    file: Blob,
  ): Promise<Uploads[Name]['output']>;
  /**
   * Listens to the channels the server has subscribed this connection to, by name prefix. Publications of a channel
   * arrive in order, those missed while offline first.
   */
  onPublication<Prefix extends string>(
    prefix: Prefix,
    listener: (publication: Publication<ChannelData<Prefix>>) => void,
  ): Unlisten;
  /** Like `onPublication`: a channel was subscribed, perhaps again; says whether missed publications follow. */
  onSubscribed(prefix: string, listener: (subscribed: Subscribed) => void): Unlisten;
  /** Like `onPublication`: the server has unsubscribed the connection from a channel. */
  onUnsubscribed(prefix: string, listener: (event: { readonly channel: string }) => void): Unlisten;
  /** Subscribes to a channel, shared with all other listeners here, until the last one stops. */
  subscribe<Channel extends string>(channel: Channel, listeners: ChannelListeners<ChannelData<Channel>>): Unlisten;
  /** The official client underneath, for publishing, history and presence of plain channels. */
  readonly centrifuge: Centrifuge;
};

const WEBSOCKET_PATH = '/connection/websocket';
const NOT_AVAILABLE = 108;
/** Enough for 5 MB over a slow connection. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** A client of one server, not yet connected. For browsers, Bun and Node. */
export function createClient(options: ClientOptions): Client {
  const centrifuge = new Centrifuge(options.url.replace(/^http/, 'ws').replace(/\/$/, '') + WEBSOCKET_PATH, {
    timeout: options.timeoutMs ?? 10_000,
    ...(options.webSocket !== undefined && { websocket: options.webSocket }),
  });
  const { state, ...connection } = watchConnection(centrifuge);
  return {
    ...connection,
    connection: state,
    call: createCall(options, centrifuge),
    upload: createUpload(options),
    ...serverChannels(centrifuge),
    subscribe: createSubscriptions(centrifuge).add,
    centrifuge,
  };
}

function createCall(options: ClientOptions, centrifuge: Centrifuge): Client['call'] {
  const httpOnly = new Set<string>();
  const overConnection = async (name: string, input: unknown): Promise<unknown> => {
    try {
      return (await centrifuge.rpc(name, input)).data;
    } catch (error) {
      // The server has not started the call, so repeating it over HTTP runs it once.
      if ((error as { code?: unknown }).code !== NOT_AVAILABLE) throw errorFromReply(error);
      httpOnly.add(name);
      return callOverHttp(options, name, input);
    }
  };
  return async <Name extends OperationName>(name: Name, input: Input<Name>, { overHttp = false }: CallOptions = {}) => {
    const isConnected = centrifuge.state === 'connected';
    if (isConnected && !overHttp && !httpOnly.has(name)) return (await overConnection(name, input)) as Output<Name>;
    if (!isConnected && !overHttp && options.httpFallback === false) throw new BanyanError('connectionLost');
    return (await callOverHttp(options, name, input)) as Output<Name>;
  };
}

function createUpload(options: ClientOptions): Client['upload'] {
  return async <Name extends keyof Uploads>(name: Name, query: Uploads[Name]['query'], file: Blob) => {
    const search = new URLSearchParams(query);
    const path = search.size === 0 ? name : `${name}?${search}`;
    const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
    return (await post(options, path, { body: file, signal })) as Uploads[Name]['output'];
  };
}

function callOverHttp(options: ClientOptions, name: string, input: unknown): Promise<unknown> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  const headers = { 'content-type': 'application/json' };
  return post(options, name, { headers, body: JSON.stringify(input), signal });
}

async function post(options: ClientOptions, path: string, how: RequestInit): Promise<unknown> {
  const request = options.fetch ?? globalThis.fetch;
  const init: RequestInit = { method: 'POST', credentials: 'same-origin', ...how };
  const url = `${options.url.replace(/\/$/, '')}/api/v1/${path}`;
  const lost = (error: unknown): never => {
    throw errorFromFetch(error);
  };
  const response = await request(url, init).catch(lost);
  if (response.ok) return response.json().catch(lost);
  throw errorFromBody(response.status, await response.json().catch(() => undefined));
}

function serverChannels(centrifuge: Centrifuge): Pick<Client, 'onPublication' | 'onSubscribed' | 'onUnsubscribed'> {
  const publications = createPrefixListeners<Publication>();
  const starts = createPrefixListeners<Subscribed>();
  const ends = createPrefixListeners<{ readonly channel: string }>();
  centrifuge.on('publication', publications.emit);
  centrifuge.on('subscribed', (context) => starts.emit(toSubscribed(context)));
  centrifuge.on('unsubscribed', ends.emit);
  return {
    onPublication: (prefix, listener) => publications.add(prefix, listener as (publication: Publication) => void),
    onSubscribed: starts.add,
    onUnsubscribed: ends.add,
  };
}
