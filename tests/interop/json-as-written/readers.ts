import { EventSource } from 'eventsource';
import PusherClient from 'pusher-js';
import { io, type Socket } from 'socket.io-client';
import { rawItems, rawMember } from '../../../src/core/text/raw-json.ts';
import { poll } from '../../../src/wire-clients/plain-http.ts';
import { type Format, stockCentrifuge } from '../ways/centrifuge.ts';
import { API_KEY } from '../ways/way.ts';
import { pusherAuth } from './pusher-auth.ts';
import { isSame, parsed, wrappedIn } from './values.ts';

/** A subscriber with an unmodified client. */
export type Reader = {
  readonly name: string;
  /** In arrival order. */
  readonly heard: readonly unknown[];
  /** Whether the received data equals the published data. `json`: the data as text. */
  isRight(heard: unknown, json: string): boolean;
  /** Disconnects, to return later; absent for clients without recovery. */
  leave?(): void;
  /** Reconnects; the missed publications are then received. */
  comeBack?(): void;
  /** How often the connection broke unexpectedly. */
  readonly breaks: () => number;
  close(): void;
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const isValue = (heard: unknown, json: string) => isSame(heard, JSON.parse(json));
/** Except for surrounding space, which is kept where a request body is only the data. */
const isText = (heard: unknown, json: string) => typeof heard === 'string' && heard.trim() === json.trim();

/** As `binary-data.ts` says: only the wrapper stands for bytes. */
function isPayload(heard: unknown, json: string): boolean {
  if (!(heard instanceof Uint8Array)) return false;
  const bytes = wrappedIn(json);
  return bytes === undefined ? isText(decoder.decode(heard), json) : Buffer.from(heard).equals(Buffer.from(bytes));
}

/** Socket.IO clients get bytes for wrappers, and may get wrappers for bytes. */
const isSocketIo = (heard: unknown, json: string) => isSame(heard, JSON.parse(json), true);

/** pusher-js parses an event's text; for a string whose text is a JSON string this leaves the inner one (0007). */
function isEvent(heard: unknown, json: string): boolean {
  const value: unknown = JSON.parse(json);
  const inner = typeof value === 'string' && /^\s*"/.test(value) ? parsed(value) : undefined;
  return isSame(heard, inner === undefined ? value : inner.value);
}

/** All readers, subscribed to the channel. */
export async function openReaders(url: string, channel: string): Promise<readonly Reader[]> {
  return Promise.all([
    ...[centrifugeReader(url, channel, 'json'), centrifugeReader(url, channel, 'protobuf')],
    ...[eventReader(url, channel), pollReader(url, channel), pusherReader(url, channel)],
    ...[socketIoReader(url, channel, 'websocket'), socketIoReader(url, channel, 'polling')],
  ]);
}

async function centrifugeReader(url: string, channel: string, format: Format): Promise<Reader> {
  const client = stockCentrifuge(url, format, 'websocket', { minReconnectDelay: 10 });
  const heard: unknown[] = [];
  let breaks = 0;
  client.on('connecting', ({ code }) => {
    if (code !== 0) breaks += 1;
  });
  client.on('error', () => {
    breaks += 1;
  });
  const subscription = client.newSubscription(channel, { recoverable: true, positioned: true });
  subscription.on('publication', ({ data }) => heard.push(data));
  subscription.on('subscribed', ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) breaks += 1;
  });
  subscription.subscribe();
  client.connect();
  await subscription.ready(10_000);
  return {
    name: `centrifuge, ${format}`,
    ...{ heard, isRight: format === 'json' ? isValue : isPayload, breaks: () => breaks },
    leave: () => client.disconnect(),
    comeBack: () => client.connect(),
    close: () => client.disconnect(),
  };
}

async function eventReader(url: string, channel: string): Promise<Reader> {
  const heard: unknown[] = [];
  let breaks = 0;
  let cursor = '';
  const open = () => {
    const source = new EventSource(`${url}/sse?${new URLSearchParams({ channel, ...(cursor !== '' && { cursor }) })}`);
    source.addEventListener('message', ({ data, lastEventId }) => {
      heard.push(rawMember(data, 'data'));
      cursor = lastEventId;
    });
    source.addEventListener('subscribed', ({ lastEventId }) => {
      cursor = lastEventId;
    });
    source.addEventListener('error', () => {
      breaks += 1;
    });
    return source;
  };
  let source = open();
  await new Promise((resolve) => source.addEventListener('subscribed', resolve, { once: true }));
  return {
    ...{ name: 'EventSource', heard, isRight: isText, breaks: () => breaks },
    leave: () => source.close(),
    comeBack: () => {
      source = open();
    },
    close: () => source.close(),
  };
}

async function pollReader(url: string, channel: string): Promise<Reader> {
  const heard: unknown[] = [];
  let leaving = new AbortController();
  let breaks = 0;
  let cursor = '';
  const next = async (signal: AbortSignal) => {
    const { text, cursor: newCursor } = await poll(url, channel, { cursor, signal });
    cursor = newCursor;
    for (const each of rawItems(rawMember(text, 'publications') ?? '[]')) heard.push(rawMember(each, 'data'));
  };
  const goOn = async ({ signal }: AbortController) => {
    while (!signal.aborted) await next(signal);
  };
  const begin = () => {
    leaving = new AbortController();
    const { signal } = leaving;
    goOn(leaving).catch(() => {
      if (!signal.aborted) breaks += 1;
    });
  };
  await next(leaving.signal);
  begin();
  return {
    ...{ name: 'polls', heard, isRight: isText, breaks: () => breaks },
    leave: () => leaving.abort(),
    comeBack: begin,
    close: () => leaving.abort(),
  };
}

async function pusherReader(url: string, channel: string): Promise<Reader> {
  const [key = '', name = ''] = channel.split(':');
  const { hostname: wsHost, port } = new URL(url);
  const client = new PusherClient(key, {
    ...{ cluster: '', wsHost, wsPort: Number(port), forceTLS: false, enabledTransports: ['ws'] },
    channelAuthorization: {
      ...{ transport: 'ajax', endpoint: '' },
      customHandler: ({ socketId, channelName }, callback) => callback(null, pusherAuth(key, socketId, channelName)),
    },
  });
  const heard: unknown[] = [];
  let breaks = 0;
  client.connection.bind('disconnected', () => {
    breaks += 1;
  });
  client.connection.bind('error', () => {
    breaks += 1;
  });
  const subscription = client.subscribe(name);
  subscription.bind_global((event: string, data: unknown) => {
    if (!event.startsWith('pusher:')) heard.push(data);
  });
  await new Promise((resolve) => subscription.bind('pusher:subscription_succeeded', resolve));
  const unbind = () => client.connection.unbind('disconnected');
  return {
    ...{ name: 'pusher-js', heard, isRight: isEvent, breaks: () => breaks },
    close: () => {
      unbind();
      client.disconnect();
    },
  };
}

async function socketIoReader(url: string, channel: string, transport: 'websocket' | 'polling'): Promise<Reader> {
  const socket: Socket = io(url, { forceNew: true, transports: [transport], reconnection: false });
  const heard: unknown[] = [];
  let breaks = 0;
  let isLeaving = false;
  socket.on('publication', (_channel: string, data: unknown) => heard.push(data));
  socket.on('disconnect', () => {
    if (!isLeaving) breaks += 1;
  });
  socket.on('connect', () => {
    if (isLeaving && !socket.recovered) breaks += 1;
    isLeaving = false;
  });
  const answer = (await socket.timeout(10_000).emitWithAck('subscribe', channel)) as { readonly ok: boolean };
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return {
    ...{ name: `socket.io-client, ${transport}`, heard, isRight: isSocketIo, breaks: () => breaks },
    leave: () => {
      isLeaving = true;
      // Like a broken connection: a client that says goodbye cannot recover.
      socket.io.engine.close();
    },
    comeBack: () => void socket.connect(),
    close: () => {
      isLeaving = true;
      socket.disconnect();
    },
  };
}

type Page = {
  readonly name: string;
  readonly data: readonly unknown[];
  isRight(heard: unknown, json: string): boolean;
};

/** The history as returned to each client that can read it. */
export async function readHistories(url: string, channel: string, limit: number): Promise<readonly Page[]> {
  const textsOf = (text: string, ...path: readonly string[]) =>
    rawItems(rawMember(text, ...path, 'publications') ?? '[]').map((each) => rawMember(each, 'data'));
  const plain = await fetch(`${url}/history?${new URLSearchParams({ channel, limit: String(limit) })}`);
  const body = JSON.stringify({ channel, limit });
  const api = await fetch(`${url}/api/history`, { method: 'POST', headers: { 'X-API-Key': API_KEY }, body });
  const socket = io(url, { forceNew: true, transports: ['websocket'], reconnection: false });
  const asked = (await socket.timeout(10_000).emitWithAck('history', channel, { limit })) as {
    readonly publications: readonly { readonly data: unknown }[];
  };
  socket.disconnect();
  return [
    { name: 'GET /history', data: textsOf(await plain.text()), isRight: isText },
    { name: '/api/history', data: textsOf(await api.text(), 'result'), isRight: isText },
    { name: 'history of socket.io-client', data: asked.publications.map(({ data }) => data), isRight: isSocketIo },
    {
      name: 'history of centrifuge, json',
      data: await historyOf('json', url, { channel, limit }),
      isRight: isValue,
    },
    {
      name: 'history of centrifuge, protobuf',
      data: await historyOf('protobuf', url, { channel, limit }),
      isRight: isPayload,
    },
  ];
}

async function historyOf(
  format: Format,
  url: string,
  { channel, limit }: { readonly channel: string; readonly limit: number },
): Promise<readonly unknown[]> {
  const client = stockCentrifuge(url, format);
  client.connect();
  const { publications } = await client.history(channel, { limit });
  client.disconnect();
  return publications.map(({ data }) => data);
}

/** The received data, for an error message. */
export function shown(heard: unknown): string {
  if (heard instanceof Uint8Array) return `bytes ${decoder.decode(heard)}`;
  return String(typeof heard === 'string' ? heard : JSON.stringify(heard)).slice(0, 500);
}
