import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { Payloads } from '../../src/cli/bench/payload.ts';
import { centrifugeWire, type Format } from '../../src/cli/bench/wires/centrifuge.ts';
import { jsonFormat } from '../../src/cli/bench/wires/centrifuge-json.ts';
import { protobufFormat } from '../../src/cli/bench/wires/centrifuge-protobuf.ts';
import { EventLines } from '../../src/cli/bench/wires/event-lines.ts';
import { pusherWire } from '../../src/cli/bench/wires/pusher.ts';
import { socketIoWire } from '../../src/cli/bench/wires/socketio.ts';
import { sseWire } from '../../src/cli/bench/wires/sse.ts';
import { type Wire, WireError } from '../../src/cli/bench/wires/wire.ts';
import { WireWriter } from '../../src/protocols/centrifuge/wire-writer.ts';
import { Random } from '../simulation/random.ts';
import { garbleBytes, randomBytes } from './garble.ts';
import { SEED } from './seed.ts';

setDefaultTimeout(60_000);

/** What a load generator hears comes from whatever stands at the URL: that need not be Banyan, or may have gone mad. */
const FRAMES = 30_000;
const SERVERS = 150;
const payloads = new Payloads(64);
const data = payloads.write({ publisher: 0, sequence: 1, due: 2 });

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

/** Whole numbers where there are any; throwing is an answer too. */
function check(format: Format, frame: string | Uint8Array): void {
  let told: ReturnType<Format['decode']>;
  try {
    told = format.decode(frame);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return;
  }
  for (const each of told) expect(typeof each.kind).toBe('string');
}

describe(`what a load generator hears (seed ${SEED})`, () => {
  test(`${FRAMES} frames of each format of Centrifuge are told, or refused`, () => {
    const random = new Random(SEED);
    const [json, protobuf] = [jsonFormat(payloads), protobufFormat(payloads)];
    for (let count = 0; count < FRAMES; count += 1) {
      check(json, garbledText(random));
      check(protobuf, garbledBytes(random));
    }
  });

  test(`${FRAMES} pieces of a stream of events, however they are cut`, () => {
    const random = new Random(SEED);
    let lines = new EventLines();
    for (let count = 0; count < FRAMES; count += 1) {
      const text = garbledText(random);
      for (const event of lines.take(text.slice(0, random.between(0, text.length))))
        expect(typeof event.data).toBe('string');
      // What a stream leaves open is remembered: no stream is that long without an event.
      if (count % 50 === 0) lines = new EventLines();
    }
  });
});

const random = new Random(SEED);
const mad = Bun.serve({
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
afterAll(() => mad.stop(true));

describe(`a server gone mad (seed ${SEED})`, () => {
  const { origin: url } = mad.url;
  const app = { id: 'a', key: 'k', secret: 's' };
  const wires: readonly (readonly [string, Wire])[] = [
    ['centrifuge', centrifugeWire({ url, token: '', format: jsonFormat(payloads) })],
    ['centrifuge-protobuf', centrifugeWire({ url, token: '', format: protobufFormat(payloads) })],
    ['socketio', socketIoWire({ url, token: '', payloads })],
    ['pusher', pusherWire({ url, app, payloads })],
    ['sse', sseWire({ url, token: '', payloads })],
  ];
  for (const [name, wire] of wires) {
    test(`${name}: ${SERVERS} clients are let in or told why not`, async () => {
      for (let count = 0; count < SERVERS; count += 1) {
        try {
          const subscriber = await wire.subscribe('demo:x', { onHeard: () => undefined, onEnd: () => undefined });
          subscriber.close();
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    });
  }
});
