import { describe, expect, test } from 'bun:test';
import { Decoder, Encoder, type Packet as OraclePacket, PacketType } from 'socket.io-parser';
import { DisconnectError } from '../../core/disconnects.ts';
import { type Frame, type Frames, listOf } from '../../core/protocol.ts';
import { attach } from './attachments.ts';
import { decodeHead, encodeAck, encodeConnect, encodeConnectError, encodeDisconnect, encodeEvent } from './packets.ts';

/** What the official client makes of our frames. */
function heardBy(frames: Frames): OraclePacket[] {
  const packets: OraclePacket[] = [];
  const decoder = new Decoder();
  decoder.on('decoded', (packet: OraclePacket) => packets.push(packet));
  for (const frame of listOf(frames)) decoder.add(typeof frame === 'string' ? frame.slice(1) : Buffer.from(frame));
  return packets;
}

/** What the official client sends. */
function said(packet: Partial<OraclePacket>): Frame[] {
  return new Encoder().encode({ nsp: '/', ...packet } as OraclePacket) as Frame[];
}

const json = (value: unknown) => JSON.stringify(value);

describe('what the official client writes is read', () => {
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

  test('attachments take the places they were taken from', () => {
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
    ...['5["a"]', '5-["a"]', '50-["a"]', '511-["a"]', '5x-["a"]', '51', `2/${'n'.repeat(300)},["a"]`],
    '299999999999999999999["a"]',
  ])('SE6 %j is a bad request', (text) => {
    expect(() => decodeHead(text)).toThrow(new DisconnectError('badRequest'));
  });

  test('SE6 placeholders without attachments, and arguments too deep, are a bad request', () => {
    expect(() => attach([{ _placeholder: true, num: 1 }], [new Uint8Array()])).toThrow(
      new DisconnectError('badRequest'),
    );
    let deep: unknown = 1;
    for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
    expect(() => attach([deep], [])).toThrow(new DisconnectError('badRequest'));
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

  test('what only looks like bytes stays as it is', () => {
    const odd = [{ text: '{"$binary":"AQI="}' }, { $binary: 'A' }, { $binary: 'AQI=', more: 1 }, { $binary: 5 }];
    expect(heardBy(encodeEvent('/', 'x', odd.map(json)))).toMatchObject([{ type: 2, data: ['x', ...odd] }]);
  });

  test('no more attachments than it takes', () => {
    const many = Array.from({ length: 12 }, () => ({ $binary: 'AQ==' }));
    const [packet] = heardBy(encodeEvent('/', 'x', [json(many)]));
    expect(packet).toMatchObject({
      data: ['x', [...Array.from({ length: 10 }, () => Buffer.from([1])), ...many.slice(10)]],
    });
  });
});
