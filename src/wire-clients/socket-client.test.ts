import { afterEach, describe, expect, test } from 'bun:test';
import { CENTRIFUGE_JSON } from './centrifuge-json.ts';
import { pusherCodec } from './pusher.ts';
import { socketClient } from './socket-client.ts';
import { SOCKET_IO } from './socket-io.ts';
import { type Delivery, WireError } from './wire-client.ts';

let server: Bun.Server<undefined> | undefined;
afterEach(() => server?.stop(true));

/** A server that greets each client, and answers a frame with frames. Returns its origin. */
function serve(greeting: readonly string[], answer: (frame: string) => readonly string[]): string {
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response('no')),
    websocket: {
      open: (socket) => {
        for (const frame of greeting) socket.send(frame);
      },
      message: (socket, frame) => {
        for (const each of answer(String(frame))) socket.send(each);
      },
    },
  });
  return server.url.origin;
}

/** What a subscriber receives up to and with the reply to its subscription. */
async function subscribed(client: ReturnType<typeof socketClient<unknown>>) {
  const deliveries: Delivery<unknown>[] = [];
  const onPublications = (publications: readonly Delivery<unknown>[]) => void deliveries.push(...publications);
  const subscriber = await client.subscribe('demo:x', { onPublications, onClose: () => undefined });
  const place = subscriber.place();
  subscriber.close();
  return { deliveries, place };
}

const read = (data: unknown) => data;

describe('a subscriber', () => {
  test('of Pusher does not miss a greeting that arrives with the upgrade', async () => {
    const url = serve(['{"event":"pusher:connection_established","data":"{}"}'], (frame) =>
      frame.includes('pusher:subscribe')
        ? ['{"event":"pusher_internal:subscription_succeeded","channel":"demo:x","data":"{}"}']
        : [],
    );
    expect((await subscribed(socketClient({ url, codec: pusherCodec('k'), read }))).deliveries).toEqual([]);
  });

  test('of Centrifuge is past a publication that is in one frame with the reply', async () => {
    const url = serve([], (frame) => [
      frame.includes('"connect"')
        ? '{"id":1,"connect":{}}'
        : '{"push":{"channel":"demo:x","pub":{"data":"a","offset":8}}}\n{"id":2,"subscribe":{"epoch":"e","offset":7}}',
    ]);
    expect(await subscribed(socketClient({ url, codec: CENTRIFUGE_JSON, read }))).toEqual({
      deliveries: [{ offset: 8, data: 'a' }],
      place: { epoch: 'e', offset: 8 },
    });
  });

  test('of Socket.IO gets what it missed from the reply', async () => {
    const missed = '{"ok":true,"epoch":"e","offset":2,"recovered":true,"publications":[{"offset":2,"data":[1]}]}';
    const url = serve(['0{"sid":"a"}'], (frame) => [frame.startsWith('40') ? '40{"sid":"a"}' : `432[${missed}]`]);
    expect(await subscribed(socketClient({ url, codec: SOCKET_IO, read }))).toEqual({
      deliveries: [{ offset: 2, data: [1] }],
      place: { epoch: 'e', offset: 2 },
    });
  });

  test('gets the error of a refused subscription', async () => {
    const url = serve([], (frame) => [
      frame.includes('"connect"')
        ? '{"id":1,"connect":{}}'
        : '{"id":2,"error":{"code":103,"message":"permission denied"}}',
    ]);
    const error = await subscribed(socketClient({ url, codec: CENTRIFUGE_JSON, read })).catch((reason) => reason);
    expect(error).toBeInstanceOf(WireError);
    expect(error).toMatchObject({ fault: 'denied', message: 'error 103: permission denied' });
  });
});

test('JSON text is published unchanged, without being parsed', () => {
  const json = '{"a": 1.0, "a":12345678901234567890}';
  const command = { kind: 'publish', channel: 'demo:x', json } as const;
  expect(CENTRIFUGE_JSON.encode(2, command)).toBe(`{"id":2,"publish":{"channel":"demo:x","data":${json}}}`);
  expect(SOCKET_IO.encode(2, command)).toBe(`422["publish","demo:x",${json}]`);
});
