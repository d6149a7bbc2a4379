import { describe, expect, test } from 'bun:test';
import { Decoder, Encoder, type Packet as OraclePacket, PacketType } from 'socket.io-parser';
import { Random } from '../../../tests/simulation/random.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import { type Frame, type Frames, listOf } from '../../core/protocol/protocol.ts';
import { attach } from './attachments.ts';
import { decodeHead, encodeAck, encodeConnect, encodeConnectError, encodeDisconnect, encodeEvent } from './packets.ts';

/** Our frames as decoded by the official client. */
function heardBy(frames: Frames): OraclePacket[] {
  const packets: OraclePacket[] = [];
  const decoder = new Decoder();
  decoder.on('decoded', (packet: OraclePacket) => packets.push(packet));
  for (const frame of listOf(frames)) decoder.add(typeof frame === 'string' ? frame.slice(1) : Buffer.from(frame));
  return packets;
}

/** Frames of the official client. */
function said(packet: Partial<OraclePacket>): Frame[] {
  return new Encoder().encode({ nsp: '/', ...packet } as OraclePacket) as Frame[];
}

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const json = (value: unknown) => JSON.stringify(value);

describe('reads what the official client writes', () => {
  test.each<[string, Partial<OraclePacket>, object]>([
    ['connect', { type: PacketType.CONNECT }, { namespace: '/', kind: 'connect', auth: {} }],
    [
      'connect to a namespace, with auth',
      { type: PacketType.CONNECT, nsp: '/a-b', data: { token: 'x' } },
      { namespace: '/a-b', kind: 'connect', auth: { token: 'x' } },
    ],
    ['disconnect', { type: PacketType.DISCONNECT, nsp: '/a' }, { namespace: '/a', kind: 'disconnect' }],
    [
      'event',
      { type: PacketType.EVENT, data: ['x', 1, 'ä'] },
      { namespace: '/', kind: 'event', event: 'x', args: [1, 'ä'] },
    ],
    [
      'event with an ack',
      { type: PacketType.EVENT, nsp: '/a', id: 12, data: ['x', [3]] },
      { namespace: '/a', kind: 'event', event: 'x', args: [[3]], ack: 12 },
    ],
    ['ack', { type: PacketType.ACK, id: 3, data: [1] }, { namespace: '/', kind: 'ack', ack: 3, args: [1] }],
  ])('%s', (_what, packet, expected) => {
    const [text] = said(packet);
    expect(decodeHead(String(text))).toMatchObject({ packet: expected, attachments: 0 } as never);
  });

  test('puts attachments back at their places', () => {
    const [head, ...bytes] = said({
      ...{ type: PacketType.EVENT, id: 7, nsp: '/b' },
      data: ['x', Buffer.from([1]), { deep: [Buffer.from([2, 3])] }],
    });
    const { packet, attachments } = decodeHead(String(head));
    expect([packet.namespace, attachments, 'ack' in packet && packet.ack]).toEqual(['/b', 2, 7]);
    const args = 'args' in packet ? attach(packet.args, bytes as Uint8Array[]) : [];
    expect(args).toEqual([{ $binary: 'AQ==' }, { deep: [{ $binary: 'AgM=' }] }]);
  });

  test.each([
    ...['', 'x', '7', '2', '2{}', '2[]', '2[null]', '2["connect"]', '2["a"', '20', '3[1]', '0[]', '0"x"', '1{}', '4{}'],
    ...['5["a"]', '5-["a"]', '50-["a"]', '5x-["a"]', `5${'9'.repeat(20)}-["a"]`, '51', `2/${'n'.repeat(300)},["a"]`],
    '299999999999999999999["a"]',
  ])('SE6 %j is a bad request', (text) => {
    expect(() => decodeHead(text)).toThrow(new DisconnectError('badRequest'));
  });

  test('SI10 placeholders without attachments, and arguments nested too deeply, are refused with the reason', () => {
    const reasonFor = (args: readonly unknown[]) => {
      try {
        return attach(args, [new Uint8Array()]);
      } catch (error) {
        return error instanceof ClientError ? [error.kind, error.field, error.message] : error;
      }
    };
    let deep: unknown = 1;
    for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
    for (const num of [1, -1, 0.5, '0', undefined]) {
      expect(reasonFor([{ _placeholder: true, num }])).toEqual([
        ...['badRequest', 'arguments', 'hold a placeholder for bytes that were not sent'],
      ]);
    }
    expect(reasonFor([deep])).toEqual([
      ...['badRequest', 'arguments', 'must not be nested deeper than 100 levels beside bytes'],
    ]);
  });
});

describe('the official client reads what we write', () => {
  test('connect, its refusal, disconnect', () => {
    expect(heardBy(encodeConnect('/', { sid: 's', pid: 'p' }))).toMatchObject([
      { type: 0, nsp: '/', data: { sid: 's', pid: 'p' } },
    ]);
    expect(heardBy(encodeConnectError('/a', { message: 'no' }))).toMatchObject([
      { type: 4, nsp: '/a', data: { message: 'no' } },
    ]);
    expect(heardBy(encodeDisconnect('/a'))).toMatchObject([{ type: 1, nsp: '/a' }]);
  });

  test('events and acks, with bytes or without', () => {
    expect(heardBy(encodeEvent('/', 'x', [json({ a: 1 }), '"é"']))).toMatchObject([
      { type: 2, data: ['x', { a: 1 }, 'é'] },
    ]);
    expect(heardBy(encodeAck('/n', 5, [json([1])]))).toMatchObject([{ type: 3, nsp: '/n', id: 5, data: [[1]] }]);
    const bytes = json({ in: { $binary: 'AQI=' }, more: [{ $binary: '' }] });
    expect(heardBy(encodeEvent('/n', 'x', [bytes]))).toMatchObject([
      { type: 2, nsp: '/n', data: ['x', { in: Buffer.from([1, 2]), more: [Buffer.from([])] }] },
    ]);
    expect(heardBy(encodeAck('/', 9, [bytes]))).toMatchObject([
      { type: 3, id: 9, data: [{ in: Buffer.from([1, 2]) }] },
    ]);
  });

  test('data that only looks like bytes stays unchanged', () => {
    const odd = [{ text: '{"$binary":"AQI="}' }, { $binary: 'A' }, { $binary: 'AQI=', more: 1 }, { $binary: 5 }];
    expect(heardBy(encodeEvent('/', 'x', odd.map(json)))).toMatchObject([{ type: 2, data: ['x', ...odd] }]);
  });

  test('no more attachments than it accepts', () => {
    const many = Array.from({ length: 12 }, () => ({ $binary: 'AQ==' }));
    const [packet] = heardBy(encodeEvent('/', 'x', [json(many)]));
    expect(packet).toMatchObject({
      data: ['x', [...Array.from({ length: 10 }, () => Buffer.from([1])), ...many.slice(10)]],
    });
  });

  // The effect of each on a stock client is in its decoder: `_reconstructPacket` of socket.io-parser throws or inserts
  // other bytes, `optBoolean` of the Java client also accepts "true", the Swift client crashes.
  test.each<[string, string]>([
    ['one for which there are no bytes', '{"a":{"$binary":"AA=="},"b":{"_placeholder":true,"num":5}}'],
    ['one for which there are', '{"a":{"$binary":"AA=="},"b":{"_placeholder":true,"num":0}}'],
    ['one with escapes', '{"a":{"$binary":"AA=="},"b":{"\\u005Fplace\\u0068older":true,"num":5}}'],
    ['one with space around', '{"a":{"$binary":"AA=="},"b":{ "_placeholder" \t: true , "num":5}}'],
    ['one that is not true', '{"a":{"$binary":"AA=="},"b":{"_placeholder":"true","num":5}}'],
  ])('SI10 a published placeholder is sent unchanged, and bytes beside it in their wrapper: %s', (_, text) => {
    expect(heardBy(encodeEvent('/', 'x', [text]))).toEqual([
      { type: 2, nsp: '/', data: ['x', JSON.parse(text)] } as unknown as OraclePacket,
    ]);
    expect(heardBy(encodeAck('/', 3, [text]))).toMatchObject([{ type: 3, id: 3, data: [JSON.parse(text)] }]);
  });

  test('SI10 a text that only mentions placeholders does not keep bytes wrapped', () => {
    const value = { a: { $binary: 'AA==' }, b: '"_placeholder":true', c: '_placeholder', d: ['_placeholder', true] };
    const expected = { ...value, a: Buffer.from([0]) };
    expect(heardBy(encodeEvent('/', 'x', [json(value)]))).toMatchObject([{ data: ['x', expected] }]);
  });

  test('SI10 bytes stay in their wrapper where clients would recurse too deeply', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}{"$binary":"AA=="}${']'.repeat(depth)}`;
    expect(heardBy(encodeEvent('/', 'x', [nested(90)]))[0]).toHaveProperty('type', 2);
    expect(listOf(encodeEvent('/', 'x', [nested(90)]))).toHaveLength(2);
    expect(listOf(encodeEvent('/', 'x', [nested(100)]))).toEqual([`42["x",${nested(100)}]`]);
    // Ten times what the official parser's recursion supports.
    expect(heardBy(encodeEvent('/', 'x', [nested(100_000)]))).toHaveLength(1);
  });

  // `_safe_int` of python-engineio (engineio/json.py) takes 100 characters.
  test.each([
    ['9'.repeat(100), '9'.repeat(100)],
    ['9'.repeat(101), `${'9'.repeat(101)}.0`],
    [`-${'9'.repeat(100)}`, `-${'9'.repeat(100)}.0`],
    [`{"a":[${'1'.repeat(500)},2]}`, `{"a":[${'1'.repeat(500)}.0,2]}`],
    [`0.${'1'.repeat(200)}`, `0.${'1'.repeat(200)}`],
    [`1e-${'0'.repeat(200)}1`, `1e-${'0'.repeat(200)}1`],
    [`"\\"${'1'.repeat(200)}"`, `"\\"${'1'.repeat(200)}"`],
  ])('SI10 only integers that some client cannot read are written as decimals: %s', (given, told) => {
    expect(encodeEvent('/', 'x', [given])).toBe(`42["x",${told}]`);
    expect(JSON.parse(told)).toEqual(JSON.parse(given));
  });

  test('SI10 long texts beside a long integer are handled', () => {
    const text = JSON.stringify('\n"\\'.repeat(400_000));
    expect(encodeEvent('/', 'x', [`[${text},${'1'.repeat(101)}]`])).toBe(`42["x",[${text},${'1'.repeat(101)}.0]]`);
  });

  test(`SI10 the official client reads any published data, or its wrapper (seed ${SEED})`, () => {
    const random = new Random(SEED);
    for (let round = 0; round < 3_000; round += 1) {
      const value = anyValue(random, 5);
      const [packet, ...more] = heardBy(encodeEvent('/', 'x', [json(value)]));
      expect([more, wrapped(packet?.data)], `seed ${SEED}, round ${round}`).toEqual([[], ['x', value]]);
    }
  });
});

/** JSON with everything the protocol could mistake for its own syntax. */
function anyValue(random: Random, depth: number): unknown {
  const kind = random.between(0, depth === 0 ? 5 : 9);
  if (kind === 0) return { $binary: random.pick(['', 'AA==', 'AQI=', 'A', '%%', 'AAAA']) };
  if (kind === 1) return { _placeholder: random.pick([true, false, 1, 'true', null]), num: random.between(-1, 3) };
  if (kind <= 5)
    return random.pick([null, true, 0, -1.5, 1e300, '', '\ud800', '\u2028\u0000\u001e', '{"$binary":"AA=="}']);
  const count = random.between(0, 4);
  const values = Array.from({ length: count }, () => anyValue(random, depth - 1));
  if (kind <= 7) return values;
  const names = ['__proto__', '$binary', '_placeholder', 'num', 'toString', 'length', 'a', ''];
  return Object.fromEntries(values.map((value) => [random.pick(names), value]));
}

/** With bytes in their wrapper again. */
function wrapped(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $binary: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(wrapped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, wrapped(each)]));
}
