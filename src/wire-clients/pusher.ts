import { createHash, createHmac } from 'node:crypto';
import { CONNECT_ID, type Codec, type Command, EMPTY_REPLY, type Message, SUBSCRIBE_ID } from './codec.ts';
import { post } from './post.ts';
import { type Publisher, WireError } from './wire-client.ts';

export type PusherApp = { readonly id: string; readonly key: string; readonly secret: string };

/** Name of the published events; any other would do. */
const EVENT = 'bench';
/** Codes for an unknown app, a disabled app, and a missing permission. */
const DENIALS: ReadonlySet<number> = new Set([4001, 4003, 4009]);

type Line = { readonly event: string; readonly data?: unknown; readonly channel?: string };

/**
 * The Pusher protocol, version 7. Its server sends first, and its clients publish by their backend (`pusherBackend`).
 * https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/
 */
export function pusherCodec(key: string) {
  return {
    path: `/app/${encodeURIComponent(key)}?protocol=7`,
    pong: eventText('pusher:pong', '{}'),
    encode: (_id: number, command: Command): string | undefined =>
      command.kind === 'subscribe' ? subscribeText(command.channel) : undefined,
    decode: (frame) => messagesOf(JSON.parse(String(frame)) as Line),
  } satisfies Codec;
}

function eventText(event: string, data: string): string {
  return `{"event":${JSON.stringify(event)},"data":${data}}`;
}

/** `auth`: the signature for a private channel, from `channelAuth`. */
export function subscribeText(channel: string, auth?: string): string {
  return eventText('pusher:subscribe', JSON.stringify({ channel, ...(auth !== undefined && { auth }) }));
}

/** An event that a client sends to the other clients of a private channel; the data is JSON text. */
export function clientEventText(event: string, channel: string, json: string): string {
  return `{"event":${JSON.stringify(event)},"channel":${JSON.stringify(channel)},"data":${json}}`;
}

/** The connection's id in the server's greeting, which signatures contain. */
export function socketIdIn(greeting: string): string {
  return /\d+\.\d+/.exec(greeting)?.[0] ?? '';
}

/** A backend's signature that authorizes a connection for a private channel. */
export function channelAuth({ key, secret }: Omit<PusherApp, 'id'>, socketId: string, channel: string): string {
  return `${key}:${createHmac('sha256', secret).update(`${socketId}:${channel}`).digest('hex')}`;
}

function messagesOf({ event, data }: Line): Message[] {
  switch (event) {
    case 'pusher:connection_established':
      return [{ kind: 'reply', id: CONNECT_ID, reply: EMPTY_REPLY }];
    case 'pusher_internal:subscription_succeeded':
      return [{ kind: 'reply', id: SUBSCRIBE_ID, reply: EMPTY_REPLY }];
    case 'pusher:subscription_error':
      return [{ kind: 'error', id: SUBSCRIBE_ID, error: new WireError('denied', 'subscription refused') }];
    case 'pusher:ping':
      return [{ kind: 'ping' }];
    case 'pusher:error':
      // It does not name its channel.
      return [CONNECT_ID, SUBSCRIBE_ID].map((id) => ({ kind: 'error', id, error: errorOf(data) }));
    default:
      return event.startsWith('pusher') ? [] : [{ kind: 'publication', publication: { offset: 0, data } }];
  }
}

function errorOf(data: unknown): WireError {
  const { code = 0, message = '' } = (data ?? {}) as { readonly code?: number; readonly message?: string };
  return new WireError(DENIALS.has(code) ? 'denied' : 'refused', `error ${code}: ${message}`);
}

/** Publishes by signed requests. https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication */
export function pusherBackend(url: string, app: PusherApp): Publisher {
  return {
    publish: async (channel, json) => {
      const body = `{"name":"${EVENT}","channels":[${JSON.stringify(channel)}],"data":${json}}`;
      const path = `/apps/${app.id}/events`;
      const query = new URLSearchParams({
        auth_key: app.key,
        auth_timestamp: String(Math.floor(Date.now() / 1_000)),
        auth_version: '1.0',
        body_md5: createHash('md5').update(body).digest('hex'),
      });
      const signature = createHmac('sha256', app.secret).update(`POST\n${path}\n${query}`).digest('hex');
      await post(`${url}${path}?${query}&auth_signature=${signature}`, body, { 'Content-Type': 'application/json' });
    },
    close: () => undefined,
  };
}
