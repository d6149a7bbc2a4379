import { decodeJwt } from 'jose';
import { ClientError } from '../../core/errors.ts';
import type { Position } from '../../ports/log.ts';
import { Cursor } from './cursor.ts';

/** A request to listen to channels. */
export type Listening = {
  /** At least one, each once. */
  readonly channels: readonly string[];
  readonly cursor: Cursor;
  /** A connection token, or ''. */
  readonly token: string;
  /** Subscription tokens, by the channel that each is for. */
  readonly subscriptionTokens: ReadonlyMap<string, string>;
};

/** `waitMs`: how long the response may be delayed. */
export type Polling = Listening & { readonly waitMs: number };

/** A request about one channel. */
export type ChannelRequest = { readonly channel: string; readonly token: string };

export type HistoryRequest = ChannelRequest & {
  /** Below 0: the server's maximum. */
  readonly limit: number;
  /** Exclusive; an empty epoch matches any. */
  readonly since?: Position;
  readonly reverse: boolean;
};

export type Publishing = {
  readonly channel: string | undefined;
  readonly token: string;
  /** The idempotency key. */
  readonly key: string | undefined;
};

/** Seconds; proxies close connections that are silent for a minute. */
const WAIT_DEFAULT = 25;
const MAX_WAIT_S = 55;
const KEY_LIMIT = 128;
/** Channels per request: their positions in a cursor must fit into a line that proxies accept. */
const MAX_CHANNELS = 128;
const BEARER = /^Bearer +(\S+)$/i;
/**
 * An Idempotency-Key, with or without quotes.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
const KEY = /^(?:"([\x20-\x21\x23-\x7e]+)"|([\x21\x23-\x7e]+))$/;

/** `GET /sse`: EventSource sends the last event's id by itself. Throws `ClientError`. */
export function readStreaming(url: string, headers: Headers, channelLimit: number): Listening {
  return listening(url, headers, { channelLimit, lastEventId: headers.get('Last-Event-ID') ?? '' });
}

/** `GET /poll`. Throws `ClientError`. */
export function readPolling(url: string, headers: Headers, channelLimit: number): Polling {
  const waitMs = secondsOf(new URL(url).searchParams.get('timeout')) * 1_000;
  return { ...listening(url, headers, { channelLimit, lastEventId: '' }), waitMs };
}

/** `GET /presence`. Throws `ClientError`. */
export function readChannelRequest(url: string, headers: Headers): ChannelRequest {
  const { searchParams } = new URL(url);
  const channels = searchParams.getAll('channel');
  if (channels.length > 1) throw new ClientError('invalidInput', { field: 'channel', message: 'must be one' });
  return { channel: channels[0] ?? missing('channel'), token: tokenOf(searchParams, headers) };
}

/** `GET /history`. Throws `ClientError`. */
export function readHistoryRequest(url: string, headers: Headers): HistoryRequest {
  const { searchParams } = new URL(url);
  const limit = searchParams.get('limit');
  const offset = searchParams.get('since');
  return {
    ...readChannelRequest(url, headers),
    limit: limit === null ? -1 : wholeOf(limit, 'limit'),
    reverse: searchParams.get('reverse') === 'true',
    ...(offset !== null && { since: { offset: wholeOf(offset, 'since'), epoch: searchParams.get('epoch') ?? '' } }),
  };
}

/** `POST /publish`, without its body. Throws `ClientError`. */
export function readPublishing(url: string, headers: Headers): Publishing {
  const { searchParams } = new URL(url);
  return {
    channel: searchParams.get('channel') ?? undefined,
    token: tokenOf(searchParams, headers),
    key: keyOf(headers.get('Idempotency-Key')),
  };
}

type Bounds = { readonly channelLimit: number; readonly lastEventId: string };

function listening(url: string, headers: Headers, { channelLimit, lastEventId }: Bounds): Listening {
  const { searchParams } = new URL(url);
  const channels = [...new Set(searchParams.getAll('channel'))];
  if (channels.length === 0) missing('channel');
  const most = Math.min(channelLimit, MAX_CHANNELS);
  if (channels.length > most) {
    throw new ClientError('limitExceeded', { field: 'channel', message: `at most ${most} channels` });
  }
  // An EventSource sends the header by itself, and never retries after a refusal.
  const cursor = lastEventId === '' ? Cursor.parse(searchParams.get('cursor') ?? '') : Cursor.parseAny(lastEventId);
  return {
    channels,
    cursor: cursor.of(channels),
    token: tokenOf(searchParams, headers),
    subscriptionTokens: subscriptionTokensOf(searchParams, channels),
  };
}

function subscriptionTokensOf(query: URLSearchParams, channels: readonly string[]): ReadonlyMap<string, string> {
  const tokens = query.getAll('subscription_token').map((token) => [channelOf(token), token] as const);
  const field = 'subscription_token';
  for (const [channel] of tokens) {
    if (!channels.includes(channel))
      throw new ClientError('invalidInput', { field, message: 'is for another channel' });
  }
  return new Map(tokens);
}

/** The token's unverified channel claim; the token is verified when it is used. */
function channelOf(token: string): string {
  try {
    const { channel } = decodeJwt(token);
    if (typeof channel === 'string') return channel;
  } catch {
    // Not a JWT: the same error.
  }
  throw new ClientError('invalidInput', { field: 'subscription_token', message: 'is not a token with a channel' });
}

/** The query's value, for EventSource, which cannot set headers; otherwise the header's. */
function tokenOf(query: URLSearchParams, headers: Headers): string {
  return query.get('token') ?? BEARER.exec(headers.get('Authorization') ?? '')?.[1] ?? '';
}

function missing(field: string): never {
  throw new ClientError('invalidInput', { field, message: 'is missing' });
}

function wholeOf(text: string, field: string): number {
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new ClientError('invalidInput', { field, message: 'must be a whole number' });
}

function secondsOf(timeout: string | null): number {
  if (timeout === null) return WAIT_DEFAULT;
  if (/^\d{1,2}$/.test(timeout) && Number(timeout) <= MAX_WAIT_S) return Number(timeout);
  throw new ClientError('invalidInput', { field: 'timeout', message: `must be seconds, from 0 to ${MAX_WAIT_S}` });
}

function keyOf(header: string | null): string | undefined {
  if (header === null) return undefined;
  const [, quoted, bare] = KEY.exec(header) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined && key.length <= KEY_LIMIT) return key;
  const message = `must have 1 to ${KEY_LIMIT} ASCII characters`;
  throw new ClientError('invalidInput', { field: 'Idempotency-Key', message });
}
