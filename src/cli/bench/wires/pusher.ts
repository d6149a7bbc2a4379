import { createHash, createHmac } from 'node:crypto';
import type { Payloads } from '../payload.ts';
import { post } from './post.ts';
import { openSocket, type Socket } from './socket.ts';
import { ANSWER_MS, endError, type Listener, type Subscriber, type Wire, WireError } from './wire.ts';

export type PusherApp = { readonly id: string; readonly key: string; readonly secret: string };
export type PusherSettings = { readonly url: string; readonly app: PusherApp; readonly payloads: Payloads };

/** The event's name in the load; any would do. */
const EVENT = 'bench';

type Message = { readonly event: string; readonly data?: unknown; readonly channel?: string };

/**
 * Clients of the Pusher protocol (version 7), which hear; and their backend, which publishes by HTTP, as it does in
 * life. https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/
 */
export function pusherWire(settings: PusherSettings): Wire {
  return {
    keepsOrder: false,
    subscribe: (channel, listener) => subscribe(settings, channel, listener),
    publisher: async () => ({
      publish: (channel, text) => publish(settings, channel, text),
      close: () => undefined,
    }),
  };
}

async function subscribe(
  { url, app, payloads }: PusherSettings,
  channel: string,
  listener: Listener,
): Promise<Subscriber> {
  const entered = Promise.withResolvers<void>();
  let socket: Socket | undefined;
  const say = (event: string, data: object) => socket?.send(JSON.stringify({ event, data }));
  const onMessage = ({ event, data }: Message) => {
    if (event === 'pusher:connection_established') say('pusher:subscribe', { channel });
    else if (event === 'pusher:ping') say('pusher:pong', {});
    else if (event === 'pusher_internal:subscription_succeeded') entered.resolve();
    else if (event === 'pusher:subscription_error') entered.reject(new WireError('denied', 'subscription refused'));
    else if (event === 'pusher:error') entered.reject(errorOf(data));
    else if (!event.startsWith('pusher')) listener.onHeard([{ offset: 0, stamp: payloads.read(data) }]);
  };
  const timeout = setTimeout(() => entered.reject(new WireError('timeout', 'no answer')), ANSWER_MS);
  // What is said before the socket is known waits for it.
  const early: Message[] = [];
  try {
    socket = await openSocket(`${url.replace(/^http/, 'ws')}/app/${encodeURIComponent(app.key)}?protocol=7`, {
      onFrame: (frame) => {
        const message = JSON.parse(String(frame)) as Message;
        if (socket === undefined) early.push(message);
        else onMessage(message);
      },
      onEnd: (why) => {
        entered.reject(endError(why));
        listener.onEnd(why);
      },
    });
    for (const message of early) onMessage(message);
    await entered.promise;
  } catch (error) {
    entered.promise.catch(() => undefined);
    socket?.close();
    throw error;
  } finally {
    clearTimeout(timeout);
  }
  return { recovered: false, place: () => undefined, close: () => socket?.close() };
}

function errorOf(data: unknown): WireError {
  const { code = 0, message = '' } = (data ?? {}) as { readonly code?: number; readonly message?: string };
  // 4001: no such app, 4003: it is off, 4009: not authorized.
  return new WireError([4001, 4003, 4009].includes(code) ? 'denied' : 'refused', `error ${code}: ${message}`);
}

/** Signed as its HTTP API asks. https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication */
async function publish({ url, app }: PusherSettings, channel: string, text: string): Promise<void> {
  const body = JSON.stringify({ name: EVENT, channels: [channel], data: text });
  const path = `/apps/${app.id}/events`;
  const query = new URLSearchParams({
    auth_key: app.key,
    auth_timestamp: String(Math.floor(Date.now() / 1_000)),
    auth_version: '1.0',
    body_md5: createHash('md5').update(body).digest('hex'),
  });
  const signature = createHmac('sha256', app.secret).update(`POST\n${path}\n${query}`).digest('hex');
  await post(`${url}${path}?${query}&auth_signature=${signature}`, body, { 'Content-Type': 'application/json' });
}
