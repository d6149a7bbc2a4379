/**
 * Each protocol with a client that does only what its specification requires to stay connected, through several pings;
 * and with one that does nothing, which is closed. Anything the specification does not require is left out.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import WebSocket from 'ws';
import { RawClient } from '../faults/raw-client.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const APP = { id: '3', key: 'the-key', secret: 'a secret of some length', namespace: 'brief' };
/** The pings to wait for: the client must pass more than one check. */
const PINGS = 3;

let server: BanyanProcess;

beforeAll(async () => {
  server = await startBanyan({
    ...{
      BANYAN_CLIENT_INSECURE: 'true',
      BANYAN_NAMESPACES: '{"brief":{"history":"memory","historySize":10}}',
      BANYAN_PUSHER_APPS: JSON.stringify([APP]),
    },
    ...{ BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' },
  });
});
afterAll(() => server.stop());

const publish = (text: string, channel = 'brief:news') =>
  fetch(`${server.url}/publish?channel=${channel}`, { method: 'POST', body: JSON.stringify(text) });

type Minimal = {
  /** Pings received. */
  readonly pings: number;
  readonly isClosed: boolean;
  /** Everything the server sent. */
  readonly said: string;
  end(): void;
};

/**
 * A WebSocket that sends `first`, and `answer` to each ping; control frames are answered automatically, as RFC 6455
 * 5.5.2 requires.
 */
function socket(
  path: string,
  first: readonly (string | Uint8Array)[],
  answer: (said: string) => string | Uint8Array | undefined,
) {
  const ws = new WebSocket(server.url.replace('http', 'ws') + path);
  const state = { pings: 0, isClosed: false, said: '', end: () => ws.terminate() };
  ws.on('open', () => {
    for (const each of first) ws.send(each);
  });
  ws.on('ping', () => {
    state.pings += 1;
  });
  ws.on('message', (data: Buffer) => {
    const said = data.toString();
    state.said += said;
    const reply = answer(said);
    if (reply === undefined) return;
    state.pings += 1;
    ws.send(reply);
  });
  ws.on('close', () => {
    state.isClosed = true;
  });
  return state;
}

/** Reads an endless response; `take` receives each chunk. */
function stream(
  response: Promise<Response>,
  take: (piece: string, state: { pings: number }) => void,
  leaving: AbortController,
) {
  const state = { pings: 0, isClosed: false, said: '', end: () => leaving.abort() };
  const read = async () => {
    for await (const chunk of (await response).body ?? []) {
      const piece = new TextDecoder().decode(chunk);
      state.said += piece;
      take(piece, state);
    }
  };
  read()
    .catch(() => undefined)
    .finally(() => {
      state.isClosed = true;
    });
  return state;
}

const CONNECT = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"brief:news"}}';

/** "Upon receiving ping client must respond with pong": an empty object. https://centrifugal.dev/docs/transports/client_protocol#ping-pong */
const centrifugeJson = () => socket('/connection/websocket', [CONNECT], (said) => (said === '{}' ? '{}' : undefined));

/** As in JSON; an empty message is its length alone. https://centrifugal.dev/docs/transports/client_protocol#ping-pong */
const centrifugeProtobuf = () => {
  // Command{id:1, connect:{}} (field 4); Command{id:2, subscribe:{channel}} (field 5), each behind its length.
  const channel = new TextEncoder().encode('brief:news');
  const connect = [4, 0x08, 1, 0x22, 0];
  const subscribe = [channel.length + 6, 0x08, 2, 0x2a, channel.length + 2, 0x0a, channel.length, ...channel];
  const frames = [Uint8Array.from(connect), Uint8Array.from(subscribe)];
  return socket('/connection/websocket?format=protobuf', frames, (said) =>
    said === '\0' ? Uint8Array.of(0) : undefined,
  );
};

/** The reply to a ping is a separate request. https://centrifugal.dev/docs/transports/http_stream */
const httpStream = () => {
  const leaving = new AbortController();
  let session: object | undefined;
  const post = (body: object) => void fetch(`${server.url}/emulation`, { method: 'POST', body: JSON.stringify(body) });
  const response = fetch(`${server.url}/connection/http_stream`, {
    method: 'POST',
    body: CONNECT,
    signal: leaving.signal,
  });
  return stream(
    response,
    (piece, state) => {
      for (const line of piece.split('\n')) {
        const { connect } = JSON.parse(line || '{"none":1}') as { connect?: { session: string; node: string } };
        if (connect !== undefined) session = { session: connect.session, node: connect.node };
        if (line !== '{}') continue;
        state.pings += 1;
        post({ ...session, data: '{}' });
      }
    },
    leaving,
  );
};

/**
 * "Lines that start with a U+003A COLON are ignored": no reply is needed.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
const events = () => {
  const leaving = new AbortController();
  const response = fetch(`${server.url}/sse?channel=brief:news`, { signal: leaving.signal });
  const count = (piece: string, state: { pings: number }) => {
    state.pings += piece.split('\n').filter((line) => line.startsWith(':')).length;
  };
  return stream(response, count, leaving);
};

/**
 * A client pings after `activity_timeout` without a message; pusher-java-client 2.4.4 does not answer a `pusher:ping`
 * from the server (WebSocketConnection.java has no such case).
 * https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/#ping-pong
 */
const pusher = () =>
  socket(`/app/${APP.key}?protocol=7`, ['{"event":"pusher:subscribe","data":{"channel":"news"}}'], () => undefined);

/** "The client must respond with a pong packet" to each ping. https://socket.io/docs/v4/engine-io-protocol/#heartbeat */
const engine = () =>
  socket('/socket.io/?EIO=4&transport=websocket', ['40'], (said) => (said === '2' ? '3' : undefined));

const CLIENTS: readonly (readonly [string, () => Minimal])[] = [
  ['Centrifuge in JSON', centrifugeJson],
  ['Centrifuge in Protobuf', centrifugeProtobuf],
  ['Centrifuge over an HTTP stream', httpStream],
  ['server-sent events', events],
  ['Pusher', pusher],
  ['Engine.IO over a WebSocket', engine],
];

describe.concurrent('SE9 a client that does only what its protocol requires', () => {
  test.each(CLIENTS)(
    'SE9 stays connected: %s',
    async (name, open) => {
      const client = open();
      await until(() => client.pings >= PINGS || client.isClosed);
      expect(client.isClosed).toBe(false);
      if (name.startsWith('Engine')) return client.end();
      await publish(name);
      await until(() => client.said.includes(name));
      client.end();
    },
    30_000,
  );

  test('SE9 stays connected: Engine.IO by polling', async () => {
    const at = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(at)).text()).slice(1)) as { sid: string };
    const post = (body: string) => fetch(`${at}&sid=${sid}`, { method: 'POST', body });
    expect((await post('40')).status).toBe(200);
    for (let pings = 0; pings < PINGS; ) {
      const poll = await fetch(`${at}&sid=${sid}`);
      expect(poll.status).toBe(200);
      if (!(await poll.text()).split('\x1e').includes('2')) continue;
      pings += 1;
      expect((await post('3')).status).toBe(200);
    }
  }, 30_000);

  test('SE9 receives everything by polls that each wait as long as they like', async () => {
    const first = (await (await fetch(`${server.url}/poll?channel=brief:polled`)).json()) as { cursor: string };
    const next = fetch(`${server.url}/poll?channel=brief:polled&wait=5&cursor=${encodeURIComponent(first.cursor)}`);
    await publish('by a poll', 'brief:polled');
    expect(await (await next).text()).toContain('by a poll');
  });
});

describe.concurrent('SE4 a client that does nothing', () => {
  test.each([
    ['Centrifuge in JSON', '/connection/websocket', ['{"id":1,"connect":{}}']],
    ['Engine.IO', '/socket.io/?EIO=4&transport=websocket', ['40']],
  ])('SE4 is closed: %s', async (_, path, first) => {
    const client = socket(path, first, () => undefined);
    await until(() => client.isClosed);
  });

  test('SE4 is closed even if it answers control frames: its protocol does not use those as pings', async () => {
    const raw = await RawClient.connect(server.socketUrl);
    raw.answersPings = false;
    expect(await raw.closed).toBe(3_012);
  });
});
