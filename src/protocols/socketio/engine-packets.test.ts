import { describe, expect, test } from 'bun:test';
import { decodePayload as oracleDecode, encodePayload as oracleEncode, type Packet } from 'engine.io-parser';
import { DisconnectError } from '../../core/disconnects.ts';
import { engine } from './engine-packets.ts';

const encodedByOracle = (packets: Packet[]) =>
  new Promise<string>((resolve) => oracleEncode(packets, (payload) => resolve(payload)));
const refused = new DisconnectError('badRequest');

describe('Engine.IO packets', () => {
  test('reads what the official client sends in one request', async () => {
    const body = await encodedByOracle([
      { type: 'message', data: 'ä' },
      { type: 'message', data: Buffer.from([0, 255]) },
      { type: 'pong' },
      { type: 'close' },
    ]);
    expect(engine.decodePayload(body)).toEqual([
      { kind: 'message', message: 'ä' },
      { kind: 'message', message: new Uint8Array([0, 255]) },
      { kind: 'pong' },
      { kind: 'close' },
    ]);
  });

  test('encodes responses the official client can read', () => {
    const body = engine.encodePayload(['2', '4hello', new Uint8Array([1, 2, 3])]);
    expect(oracleDecode(body, 'nodebuffer')).toEqual([
      { type: 'ping' },
      { type: 'message', data: 'hello' },
      { type: 'message', data: Buffer.from([1, 2, 3]) },
    ]);
  });

  test('SE6 refuses an invalid packet as a bad request', () => {
    for (const body of ['', 'abc', '9', '4a\x1e', 'b*', '0{}'])
      expect(() => engine.decodePayload(body)).toThrow(refused);
    expect(() => engine.decodePayload('3\x1e'.repeat(20_000))).toThrow(refused);
    expect(() => engine.decodePacket('x')).toThrow(refused);
  });

  test("parses a request's query, or refuses it as the reference server does", () => {
    const wish = (query: string) => engine.engineQueryOf(new URLSearchParams(query));
    expect(wish('EIO=4&transport=polling')).toEqual({ transport: 'polling', sid: undefined });
    expect(wish('EIO=4&transport=websocket&sid=x')).toEqual({ transport: 'websocket', sid: 'x' });
    expect(wish('EIO=4')).toBe('unknownTransport');
    expect(wish('EIO=3&transport=polling')).toBe('unsupportedVersion');
  });
});
