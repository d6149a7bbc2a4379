import { describe, expect, test } from 'bun:test';
import { Random } from '../../../tests/simulation/random.ts';
import { nodeCodec } from './node-codec.ts';
import type { NodeMessage } from './node-messages.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const WHO = { user: 'ä\ud800', client: 'c1', connInfo: '{"a":1}' };
const PUBLICATION = { offset: 7, time: 1_700_000_000_000, data: '{"id":9007199254740993,"e":1e400}', info: WHO };

/** One of each kind. */
const MESSAGES: readonly NodeMessage[] = [
  { kind: 'publications', epoch: 'e', publications: [PUBLICATION, { offset: 0, time: 0, data: '"\\ud800"' }] },
  { kind: 'item', item: { key: 'k', data: 'null', version: 3 } },
  { kind: 'trimmed', to: { epoch: 'e', offset: 12 } },
  { kind: 'join', info: WHO, alone: true },
  { kind: 'leave', info: WHO },
  {
    kind: 'external',
    identity: 'x',
    order: { kind: 'disconnect', except: ['c'], ending: { code: 4_000, reason: 'r' } },
  },
  { kind: 'subscribe', user: 'u', channel: 'c' },
  { kind: 'unsubscribe', user: 'u', channel: '__proto__' },
  { kind: 'disconnect', user: 'u', reason: 'forceDisconnect' },
];

const bytesOf = (version: number, text: string) => Uint8Array.from([version, ...new TextEncoder().encode(text)]);

describe('messages between nodes', () => {
  test('are decoded as they were encoded', () => {
    for (const message of MESSAGES) expect(nodeCodec.decode(nodeCodec.encode(message))).toEqual(message);
  });

  test('of another version, or of an unknown kind, are skipped', () => {
    expect(nodeCodec.decode(bytesOf(2, JSON.stringify(MESSAGES[0])))).toBeUndefined();
    for (const kind of ['presence', '__proto__', 'toString', 5, null]) {
      expect(nodeCodec.decode(bytesOf(1, JSON.stringify({ kind })))).toBeUndefined();
    }
  });

  test('with additional fields of a newer version are decoded', () => {
    const newer = { ...MESSAGES[2], since: 5 };
    expect(nodeCodec.decode(bytesOf(1, JSON.stringify(newer)))).toEqual(newer as NodeMessage);
  });

  test('without a required field are skipped', () => {
    for (const message of MESSAGES) {
      for (const name of Object.keys(message)) {
        if (name === 'alone') continue;
        const { [name as keyof NodeMessage]: _, ...rest } = message;
        expect([name, nodeCodec.decode(bytesOf(1, JSON.stringify(rest)))]).toEqual([name, undefined]);
      }
    }
  });

  test(`that are damaged throw nothing (seed ${SEED})`, () => {
    const random = new Random(SEED);
    expect(nodeCodec.decode(new Uint8Array())).toBeUndefined();
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = nodeCodec.encode(random.pick(MESSAGES));
      for (let left = random.between(1, 4); left > 0; left -= 1) {
        bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
      }
      nodeCodec.decode(bytes.subarray(0, random.between(0, bytes.length)));
    }
  });
});
