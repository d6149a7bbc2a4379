import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Centrifuge } from 'centrifuge';
import { clientFrame, TEXT } from '../../src/wire-clients/frames.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { findViolations } from './oracle.ts';
import { RawClient } from './raw-client.ts';
import { inTime, until } from './tally.ts';
import { Traffic } from './traffic.ts';

const CHANNEL = 'log:witnessed';
const FRAME_BYTES = 4_096;

let server: BanyanProcess;
/** A well-behaved client, which must not notice any of this. */
let witness: Centrifuge;
let traffic: Traffic;
/** Opened first, because their timeouts are long. */
let silent: RawClient;
let unfinished: RawClient;

beforeAll(async () => {
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_PING_SECONDS: '2',
    BANYAN_PONG_SECONDS: '1',
    BANYAN_MAX_FRAME_BYTES: String(FRAME_BYTES),
  });
  traffic = new Traffic(server.socketUrl);
  await traffic.follow('witness', [CHANNEL]);
  witness = await traffic.connect();
  silent = await RawClient.open(server.socketUrl);
  unfinished = await RawClient.open(server.socketUrl);
  unfinished.write(clientFrame('{"id":1,"connect":{}}').subarray(0, 10));
});
afterAll(async () => {
  traffic.close();
  await server.stop();
});

/** Publishes, so that the witness receives something between the faults. */
const tell = (id: string) => traffic.publish(witness, { channel: CHANNEL, sender: 'witness', id });

describe('SE6: invalid protocol input closes only its own connection', () => {
  const TEXTS: readonly [string, string][] = [
    ['no JSON', 'garbage'],
    ['half an object', '{"id":1,"connect"'],
    ['an array', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['nothing at all', ''],
    ['a command without an id', '{"rpc":{}}'],
    ['an id that is none', '{"id":-1,"rpc":{}}'],
    ['an id that is a text', '{"id":"1","rpc":{}}'],
    ['a body that is a text', '{"id":1,"publish":"x"}'],
    ['a channel that is a number', '{"id":1,"subscribe":{"channel":1}}'],
    ['an unknown command', '{"id":1,"shutdown":{}}'],
    ['garbage behind a good command', '{"id":2,"history":{"channel":"log:witnessed"}}\n}{'],
    ['endless nesting', '['.repeat(FRAME_BYTES - 1)],
    ['control characters', '\u0000\u0001\u0002'],
  ];
  for (const [what, text] of TEXTS) {
    test(`${what}: 3501`, async () => {
      const raw = await RawClient.connect(server.socketUrl);
      raw.write(clientFrame(text));
      expect(await inTime('the close', raw.closed)).toBe(3501);
      expect((await tell(what)).outcome).toBe('acked');
    });
  }

  /** Whatever code the WebSocket layer uses: it is closed. */
  const FRAMES: readonly [string, Buffer][] = [
    ['text that is not UTF-8', clientFrame(Buffer.from([0xff, 0xfe, 0xfd]), { opcode: TEXT })],
    ['garbage in a binary frame', clientFrame(Buffer.from([0xff, 0x00, 0x80]), { opcode: 2 })],
    ['an unknown opcode', clientFrame('{}', { opcode: 5 })],
    ['reserved bits', clientFrame('{}', { reservedBits: 0x70 })],
    ['a continuation of nothing', clientFrame('{}', { opcode: 0 })],
    ['a long control frame', clientFrame('x'.repeat(200), { opcode: 9 })],
    ['a close frame of one byte', clientFrame('x', { opcode: 8 })],
    ['a frame over the bound', clientFrame(`"${'x'.repeat(FRAME_BYTES)}"`)],
    ['a frame that says it has 2^62 bytes', Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['noise', Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 151 + 89) & 0xff))],
  ];
  for (const [what, bytes] of FRAMES) {
    test(`${what}: closed`, async () => {
      const raw = await RawClient.connect(server.socketUrl);
      raw.write(bytes);
      await inTime('the close', raw.closed);
      expect((await tell(what)).outcome).toBe('acked');
    });
  }

  test('a valid command in small fragments is accepted', async () => {
    const raw = await RawClient.connect(server.socketUrl);
    for (const byte of clientFrame('{"id":7,"presence":{"channel":"demo:x"}}')) {
      raw.write(Buffer.from([byte]));
      await Bun.sleep(1);
    }
    expect((await raw.reply(7)).presence).toBeDefined();
    raw.end();
  });
});

test('SE1: the first command must be connect, and there is only one', async () => {
  const first = await RawClient.open(server.socketUrl);
  first.send({ publish: { channel: CHANNEL, data: { id: 'stranger' } } });
  expect(await inTime('the close', first.closed)).toBe(3501);
  const twice = await RawClient.connect(server.socketUrl);
  twice.send({ connect: {} });
  expect(await inTime('the close', twice.closed)).toBe(3501);
});

test('SE4: a client that is silent after a ping is closed with 3012; one that sends anything stays', async () => {
  const [mute, answering, talking] = await Promise.all([0, 1, 2].map(() => RawClient.connect(server.socketUrl)));
  if (mute === undefined || answering === undefined || talking === undefined) throw new Error('unreachable');
  mute.answersPings = false;
  talking.answersPings = false;
  const chat = setInterval(() => talking.send({ presence: { channel: 'demo:x' } }), 200);
  expect(await inTime('the close', mute.closed)).toBe(3012);
  expect(mute.pings).toBe(1);
  await until('three pings', () => answering.pings >= 3 && talking.pings >= 3);
  clearInterval(chat);
  for (const client of [answering, talking]) client.end();
}, 20_000);

test('SE3: a client that does not connect is closed with 3502', async () => {
  expect(await inTime('the close', silent.closed)).toBe(3502);
  expect(await inTime('the close', unfinished.closed)).toBe(3502);
}, 40_000);

test('SE6 SL2: the witness has received everything, and its connection never broke', async () => {
  expect(findViolations(await traffic.evidence())).toEqual([]);
  expect(traffic.lost).toEqual([]);
});
