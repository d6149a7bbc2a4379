/**
 * What React's StrictMode does to a subscribing effect: run, clean up and run again, all in one turn.
 * https://react.dev/reference/react/StrictMode#fixing-bugs-found-by-re-running-effects-in-development
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import { Centrifuge as BinaryCentrifuge } from 'centrifuge/build/protobuf';
import { io, type Socket } from 'socket.io-client';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { heardBy, PusherWorld } from './pusher-world.ts';
import { until } from './until.ts';

/** How long the developer's backend takes for each connect request. */
const BACKEND_MS = 20;
const OPEN = { subscribe: 'everyone', publish: 'everyone' };
const NAMESPACES = {
  stored: { ...OPEN, history: 'durable' },
  held: { ...OPEN, history: 'memory' },
  plain: { ...OPEN, presence: true, joinLeave: true },
  slow: { ...OPEN, subscribe: 'backend' },
};
const CHANNELS = Object.keys(NAMESPACES).map((name) => `${name}:news`);
const ROUNDS = 10;

let backend: Bun.Server<undefined>;
let server: BanyanProcess;
let pusher: PusherWorld;
const ends: (() => void)[] = [];

beforeAll(async () => {
  backend = Bun.serve({
    port: 0,
    fetch: async () => {
      await Bun.sleep(BACKEND_MS);
      return Response.json({ result: {} });
    },
  });
  const env = {
    BANYAN_CLIENT_ANONYMOUS: 'true',
    BANYAN_NAMESPACES: JSON.stringify(NAMESPACES),
    BANYAN_BACKEND_URLS: JSON.stringify({ subscribe: `http://localhost:${backend.port}/` }),
    BANYAN_BACKEND_SECRET: 'a secret of the backend and the server',
  };
  [server, pusher] = await Promise.all([startBanyan(env), PusherWorld.start()]);
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  pusher.hangUp();
});
afterAll(async () => {
  await Promise.all([server.stop(), pusher.server.stop()]);
  await backend.stop(true);
});

async function centrifuge(format: 'json' | 'protobuf'): Promise<Centrifuge> {
  const Client = (format === 'json' ? Centrifuge : BinaryCentrifuge) as typeof Centrifuge;
  const client = new Client(server.socketUrl, { websocket: WebSocket });
  ends.push(() => client.disconnect());
  client.connect();
  await client.ready(5_000);
  return client;
}

async function socketio(): Promise<Socket> {
  const socket = io(server.url, { forceNew: true });
  ends.push(() => socket.disconnect());
  await until(() => socket.connected);
  return socket;
}

/** The effect, its cleanup, and the effect again. */
function twice(begin: () => void, end: () => void): void {
  begin();
  end();
  begin();
}

describe('SE8 a component mounted twice in one turn', () => {
  for (const format of ['json', 'protobuf'] as const) {
    for (const isBatched of [false, true]) {
      test.each(CHANNELS)(`SE8 centrifuge, ${format}${isBatched ? ' in batches' : ''}: %s`, async (channel) => {
        const client = await centrifuge(format);
        for (let round = 0; round < ROUNDS; round += 1) {
          const name = `${channel}-${format}-${isBatched}-${round}`;
          const subscription = client.newSubscription(name);
          const heard: unknown[] = [];
          const errors: unknown[] = [];
          subscription.on('publication', ({ data }) => heard.push(data));
          subscription.on('error', ({ error }) => errors.push(error));
          if (isBatched) client.startBatching();
          twice(
            () => subscription.subscribe(),
            () => subscription.unsubscribe(),
          );
          if (isBatched) client.stopBatching();
          await subscription.ready(5_000);
          const other = await centrifuge(format);
          await other.publish(name, format === 'json' ? round : new TextEncoder().encode(String(round)));
          await until(() => heard.length === 1);
          expect([subscription.state as string, errors]).toEqual(['subscribed', []]);
          other.disconnect();
        }
      });
    }
  }

  test.each(CHANNELS)('SE8 socket.io-client: %s', async (channel) => {
    const [socket, other] = await Promise.all([socketio(), socketio()]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `${channel}-socketio-${round}`;
      const heard: unknown[] = [];
      socket.on('publication', (where: unknown, data: unknown) => where === name && heard.push(data));
      const answers: Promise<unknown>[] = [];
      twice(
        () => answers.push(socket.timeout(5_000).emitWithAck('subscribe', name)),
        () => answers.push(socket.timeout(5_000).emitWithAck('unsubscribe', name)),
      );
      expect(await Promise.all(answers)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
      await other.timeout(5_000).emitWithAck('publish', name, round);
      await until(() => heard.length === 1);
    }
  });

  test.each(['news', 'cache-news', 'presence-news', 'private-news'])('SE8 pusher-js: %s', async (name) => {
    const client = await pusher.connected('ann');
    for (let round = 0; round < ROUNDS; round += 1) {
      const room = `${name}-${round}`;
      const errors: unknown[] = [];
      client.connection.bind('error', (error: unknown) => errors.push(error));
      twice(
        () => client.subscribe(room),
        () => client.unsubscribe(room),
      );
      const channel = client.channel(room);
      const heard = heardBy(channel);
      await until(() => channel.subscribed);
      await pusher.backend.trigger(room, 'greet', round);
      await until(() => heard.length === 1);
      expect(errors).toEqual([]);
    }
  });
});
