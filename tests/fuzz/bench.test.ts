import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { WireWriter } from '../../src/protocols/centrifuge/wire-writer.ts';
import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { CENTRIFUGE_PROTOBUF } from '../../src/wire-clients/centrifuge-protobuf.ts';
import type { Codec, Message } from '../../src/wire-clients/codec.ts';
import { EventLines } from '../../src/wire-clients/event-lines.ts';
import { plainHttpClient } from '../../src/wire-clients/plain-http.ts';
import { pusherBackend, pusherCodec } from '../../src/wire-clients/pusher.ts';
import { socketClient } from '../../src/wire-clients/socket-client.ts';
import { SOCKET_IO } from '../../src/wire-clients/socket-io.ts';
import { type WireClient, WireError } from '../../src/wire-clients/wire-client.ts';
import { Random } from '../simulation/random.ts';
import { garbleBytes, randomBytes } from './garble.ts';
import { SEED } from './seed.ts';

setDefaultTimeout(60_000);

/** A client must tolerate anything the server sends: it may be another server, or broken. */
const FRAMES = 30_000;
const SERVERS = 150;
const data = 'the data of a publication';

const TEXTS = [
  `{"id":1,"connect":{"client":"a"}}\n{"id":2,"subscribe":{"recoverable":true,"epoch":"e","offset":3}}`,
  `{"push":{"channel":"demo:x","pub":{"data":${JSON.stringify(data)},"offset":4}}}`,
  '{"push":{"channel":"demo:x","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}}',
  '{"id":1,"error":{"code":103,"message":"permission denied"}}',
  '{}',
  '0{"sid":"a","pingInterval":25000}',
  '40{"sid":"a"}',
  '44{"message":"no","data":{"code":101}}',
  `42["publication","demo:x",${JSON.stringify(data)},{"offset":1}]`,
  '431[{"ok":true,"epoch":"e","offset":1}]',
  '{"event":"pusher:connection_established","data":"{}"}',
  '{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"x"}',
  `{"event":"bench","data":${JSON.stringify(data)},"channel":"x"}`,
  '{"event":"pusher:error","data":{"code":4001,"message":"no"}}',
  `event: subscribed\nid: a:1\ndata: {"epoch":"e","offset":1}\n\ndata: {"offset":2,"data":${JSON.stringify(data)}}\n\n`,
  'null',
] as const;

const MESSAGES: readonly Uint8Array[] = [
  new WireWriter().delimited((reply) => reply.uint(1, 1).message(5, (body) => body.text(1, 'client'))).finish(),
  new WireWriter().delimited((reply) => reply.uint(1, 2).message(6, (body) => body.text(6, 'e').uint(9, 3))).finish(),
  new WireWriter()
    .delimited((reply) =>
      reply.message(4, (push) => push.text(2, 'x').message(4, (pub) => pub.text(4, JSON.stringify(data)).uint(6, 7))),
    )
    .finish(),
];

function garbledText(random: Random): string {
  const text = random.pick(TEXTS);
  if (random.chance(0.2)) return text;
  return new TextDecoder().decode(garbleBytes(random, new TextEncoder().encode(text)));
}

function garbledBytes(random: Random): Uint8Array {
  const kind = random.between(0, 2);
  return kind === 0 ? randomBytes(random, 40) : garbleBytes(random, random.pick(MESSAGES));
}

/** Decodes to messages, or throws. */
function check(codec: Codec, frame: string | Uint8Array): void {
  let messages: readonly Message[];
  try {
    messages = codec.decode(frame);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return;
  }
  for (const each of messages) expect(typeof each.kind).toBe('string');
}

describe(`what a client receives (seed ${SEED})`, () => {
  test(`${FRAMES} frames of each protocol are decoded or refused`, () => {
    const random = new Random(SEED);
    for (let count = 0; count < FRAMES; count += 1) {
      for (const codec of [CENTRIFUGE_JSON, SOCKET_IO, pusherCodec('k')]) check(codec, garbledText(random));
      check(CENTRIFUGE_PROTOBUF, garbledBytes(random));
    }
  });

  test(`${FRAMES} pieces of an event stream are parsed, however they are split`, () => {
    const random = new Random(SEED);
    let lines = new EventLines();
    for (let count = 0; count < FRAMES; count += 1) {
      const text = garbledText(random);
      for (const event of lines.take(text.slice(0, random.between(0, text.length))))
        expect(typeof event.data).toBe('string');
      // The parser keeps the unfinished event: streams are shorter than that.
      if (count % 50 === 0) lines = new EventLines();
    }
  });
});

const random = new Random(SEED);
const broken = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request, server) => {
    if (server.upgrade(request)) return undefined;
    const headers = { 'Content-Type': random.chance(0.9) ? 'text/event-stream' : 'text/html' };
    return new Response(Array.from({ length: 4 }, () => garbledText(random)).join('\n\n'), { headers });
  },
  websocket: {
    open: (socket) => {
      for (let left = random.between(0, 6); left > 0; left -= 1) {
        if (random.chance(0.5)) socket.send(garbledText(random));
        else socket.send(garbledBytes(random));
      }
      socket.close(random.pick([1000, 3500, 4001]), random.pick(['', 'why']));
    },
    message: () => undefined,
  },
});
afterAll(() => broken.stop(true));

describe(`a broken server (seed ${SEED})`, () => {
  const { origin: url } = broken.url;
  const backend = pusherBackend(url, { id: 'a', key: 'k', secret: 's' });
  const common = { url, read: (value: unknown) => value };
  const clients: readonly (readonly [string, WireClient<unknown>])[] = [
    ['centrifuge', socketClient({ ...common, codec: CENTRIFUGE_JSON })],
    ['centrifuge-protobuf', socketClient({ ...common, codec: CENTRIFUGE_PROTOBUF })],
    ['socketio', socketClient({ ...common, codec: SOCKET_IO })],
    ['pusher', socketClient({ ...common, codec: pusherCodec('k'), backend })],
    ['sse', plainHttpClient(common)],
  ];
  for (const [name, client] of clients) {
    test(`${name}: ${SERVERS} clients subscribe or get a WireError`, async () => {
      for (let count = 0; count < SERVERS; count += 1) {
        try {
          const subscriber = await client.subscribe('demo:x', {
            onPublications: () => undefined,
            onClose: () => undefined,
          });
          subscriber.close();
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    });
  }
});
