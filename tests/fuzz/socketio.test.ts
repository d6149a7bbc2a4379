import { describe, expect, test } from 'bun:test';
import { Decoder, type Packet as OraclePacket } from 'socket.io-parser';
import { DisconnectError } from '../../src/core/disconnects.ts';
import { ClientError } from '../../src/core/errors.ts';
import { listOf } from '../../src/core/protocol/protocol.ts';
import { askOf } from '../../src/protocols/socketio/asks.ts';
import { attach } from '../../src/protocols/socketio/attachments.ts';
import { decodeCursor } from '../../src/protocols/socketio/cursor.ts';
import { MAIN } from '../../src/protocols/socketio/dialect.ts';
import { engine } from '../../src/protocols/socketio/engine-packets.ts';
import { decodeHead, encodeEvent, type Packet } from '../../src/protocols/socketio/packets.ts';
import { World } from '../core/socketio.ts';
import { Random } from '../simulation/random.ts';
import { DECODED, inputs, patience } from './amounts.ts';
import { garble, oddJson, strangeText, strangeValue, word } from './garble.ts';
import { tryHalves } from './halves.ts';
import { SEED } from './seed.ts';

const PACKETS = DECODED;
const PAYLOADS = DECODED;
/** With up to 30 packets each. */
const LINES = Math.ceil(inputs(30_000) / 15);
const EVENTS = [
  'join_room',
  'leave_room',
  'message',
  'subscribe',
  'unsubscribe',
  'publish',
  'history',
  'presence',
  'rpc',
];
const ATTACHMENTS = [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array([255])];

/** A packet, mostly as clients send it. */
function validPacket(random: Random): string {
  const namespace = random.chance(0.3) ? `/${word(random)},` : '';
  const id = random.chance(0.5) ? String(random.between(0, 999)) : '';
  const name = random.chance(0.9) ? random.pick(EVENTS) : strangeText(random);
  const args = [strangeText(random), strangeValue(random), { room: 'r', content: strangeValue(random, 2) }];
  const list = oddJson(random, [name, ...args.slice(0, random.between(0, 3))]);
  switch (random.between(0, 5)) {
    case 0:
      return `0${namespace}${oddJson(random, { token: word(random), pid: word(random), offset: strangeText(random) })}`;
    case 1:
      return `5${random.between(1, 3)}-${namespace}${id}["publish","a",{"_placeholder":true,"num":${random.between(0, 3)}}]`;
    case 2:
      return `3${namespace}${id}${list}`;
    default:
      return `2${namespace}${id}${list}`;
  }
}

/** The packet, or undefined for a bad request; throws for anything else. */
function decode(text: string): Packet | undefined {
  return refusable(() => {
    const { packet, attachments } = decodeHead(text);
    if (attachments === 0 || !('args' in packet)) return packet;
    return { ...packet, args: attach(packet.args, ATTACHMENTS.slice(0, attachments)) };
  });
}

function refusable<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof DisconnectError && error.kind === 'badRequest') return undefined;
    if (error instanceof ClientError && error.kind === 'badRequest') return undefined;
    throw error;
  }
}

/** False for a bad request. */
function check(text: string): boolean {
  try {
    const packet = decode(text);
    if (packet === undefined) return false;
    if (packet.kind === 'event') {
      const ask = refusable(() => askOf(1, packet, MAIN));
      if (ask?.command.kind === 'publish') JSON.parse(ask.command.data);
      checkEncoded(packet.event, packet.args);
    }
    if (packet.kind === 'connect' && typeof packet.auth.offset === 'string') decodeCursor(packet.auth.offset);
    return true;
  } catch (cause) {
    throw new Error(`SEED=${SEED}: ${JSON.stringify(text.slice(0, 2_000))}`, { cause });
  }
}

/** The official client can parse what we encode. */
function checkEncoded(event: string, args: readonly unknown[]): void {
  const texts = args.map((arg) => JSON.stringify(arg));
  const decoder = new Decoder();
  const heard: OraclePacket[] = [];
  decoder.on('decoded', (packet: OraclePacket) => heard.push(packet));
  for (const frame of listOf(encodeEvent('/', event, texts))) {
    decoder.add(typeof frame === 'string' ? frame.slice(1) : Buffer.from(frame));
  }
  expect(heard.map(({ data }) => (data as unknown[])[0])).toEqual([event]);
}

/** How many of this many were refused. */
function checkMany(random: Random, count: number): number {
  let refused = 0;
  for (let left = count; left > 0; left -= 1) if (!check(garble(random, validPacket(random)))) refused += 1;
  return refused;
}

describe('SE6 the Socket.IO decoder', () => {
  test(`accepts what clients send, or returns a bad request (seed ${SEED})`, () => {
    const random = new Random(SEED);
    let taken = 0;
    for (let left = 5_000; left > 0; left -= 1) if (check(validPacket(random))) taken += 1;
    expect(taken).toBeGreaterThan(3_000);
  }, 60_000);

  test(
    `returns packets or a bad request for ${PACKETS} malformed ones, and retains nothing (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      await tryHalves({ count: PACKETS, tryMany: (count) => checkMany(random, count), least: 0.2, most: 0.98 });
    },
    patience(PACKETS),
  );

  test(
    `returns packets or a bad request for ${PAYLOADS} malformed poll bodies (seed ${SEED})`,
    () => {
      const random = new Random(SEED);
      for (let left = PAYLOADS; left > 0; left -= 1) {
        const packets = Array.from({ length: random.between(1, 4) }, () =>
          random.chance(0.2) ? random.pick(['bAQID', '2probe', '3', '1', '5', '6']) : `4${validPacket(random)}`,
        );
        const body = garble(random, packets.join('\x1e'));
        try {
          const decoded = refusable(() => engine.decodePayload(body));
          for (const packet of decoded ?? [])
            if (packet.kind === 'message' && typeof packet.message === 'string') decode(packet.message);
        } catch (cause) {
          throw new Error(`SEED=${SEED}: ${JSON.stringify(body.slice(0, 2_000))}`, { cause });
        }
      }
    },
    patience(PAYLOADS),
  );
});

describe('SE6 a connection with random input', () => {
  test(
    `is answered or closed, and leaves nothing behind, in ${LINES} runs (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      const world = new World();
      let ended = 0;
      for (let life = 0; life < LINES; life += 1) {
        const line = await world.connected();
        try {
          for (let left = random.between(1, 30); left > 0 && line.isOpen; left -= 1) {
            const packet = validPacket(random).replace(/^([0-35])\/\w+,/, '$1');
            // A second entry ends the connection, so it is rare.
            if (packet.startsWith('0') && random.chance(0.9)) continue;
            line.say(random.chance(0.9) ? packet : garble(random, packet));
            const attachments = random.chance(0.02) ? 1 : Number(/^5(\d)-/.exec(packet)?.[1] ?? 0);
            for (const bytes of ATTACHMENTS.slice(0, attachments)) line.handler?.receive(bytes);
            if (random.chance(0.3)) await world.node.clock.settle();
          }
        } catch (cause) {
          if (!(cause instanceof DisconnectError)) throw new Error(`SEED=${SEED}`, { cause });
          ended += 1;
        }
        await world.node.clock.settle();
        for (const frame of line.frames) if (typeof frame === 'string') expect(frame).toMatch(/^4[0-6]/);
        line.close();
        await world.node.clock.settle();
      }
      expect(ended).toBeLessThan(LINES);
      expect([world.node.node.connections, world.node.node.hub.size, world.node.reported]).toEqual([0, 0, []]);
    },
    patience(LINES),
  );
});
