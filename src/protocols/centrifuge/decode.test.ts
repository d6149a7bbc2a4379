import { describe, expect, test } from 'bun:test';
import { DisconnectError } from '../../core/disconnects.ts';
import { type Command, type Since, UNKNOWN_OFFSET } from '../../core/protocol/commands.ts';
import { decodeLine } from './decode.ts';
import { centrifugeJson, centrifugeProtobuf } from './protocol.ts';

const EMPTY = new Map<string, Since>();

const NOTHING = { op: '', key: '', cmp: '', val: '', vals: [], nodes: [] };
const NOT = { ...NOTHING, op: 'not', nodes: [{ ...NOTHING, key: 'k', cmp: 'in', vals: ['v'] }] };

/** Of a subscription that requests neither recovery nor its position. */
const UNASKED = { recoverable: false, positioned: false };

const LINES: readonly [line: string, command: Command][] = [
  ['{}', { kind: 'pong' }],
  [' {} ', { kind: 'pong' }],
  ['{"id":1,"connect":{}}', { kind: 'connect', id: 1, token: '', since: EMPTY }],
  ['{"id":1,"connect":{"token":null,"subs":null}}', { kind: 'connect', id: 1, token: '', since: EMPTY }],
  [
    '{"id":1,"connect":{"token":"t","name":"js","subs":{"a":{"recover":true,"epoch":"e","offset":3},"b":{}}}}',
    {
      kind: 'connect',
      id: 1,
      token: 't',
      since: new Map([['a', { epoch: 'e', offset: 3 }]]),
      application: { name: 'js' },
    },
  ],
  ['{"id":2,"subscribe":{"channel":"a"}}', { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a' }],
  [
    '{"id":2,"subscribe":{"channel":"a","recoverable":true,"positioned":true}}',
    { kind: 'subscribe', id: 2, channel: 'a', recoverable: true, positioned: true },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","recover":true,"epoch":"e","offset":9007199254740991}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a', since: { epoch: 'e', offset: Number.MAX_SAFE_INTEGER } },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","recover":true}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a', since: { epoch: '', offset: 0 } },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","epoch":"e","offset":5}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a' },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","join_leave":true,"flag":3}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a', rejectUnrecovered: true, compact: true, joinLeave: true },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","flag":1}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a', compact: true },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","delta":"fossil","tf":{"op":"not","nodes":[{"key":"k","cmp":"in","vals":["v"]}]}}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a', delta: true, filter: NOT },
  ],
  [
    '{"id":2,"subscribe":{"channel":"a","delta":"unknown","tf":null}}',
    { kind: 'subscribe', id: 2, ...UNASKED, channel: 'a' },
  ],
  ['{"id":3,"unsubscribe":{"channel":"a"}}', { kind: 'unsubscribe', id: 3, channel: 'a' }],
  ['{"id":4,"publish":{"channel":"a","data":{"x":1.0}}}', { kind: 'publish', id: 4, channel: 'a', data: '{"x":1.0}' }],
  ['{"id":4,"publish":{"channel":"a"}}', { kind: 'publish', id: 4, channel: 'a', data: '' }],
  ['{"id":5,"presence":{"channel":"a"}}', { kind: 'presence', id: 5, channel: 'a' }],
  ['{"id":5,"presence_stats":{}}', { kind: 'presenceStats', id: 5, channel: '' }],
  ['{"id":6,"history":{"channel":"a"}}', { kind: 'history', id: 6, channel: 'a', limit: 0, reverse: false }],
  [
    '{"id":6,"history":{"channel":"a","limit":-1,"reverse":true,"since":{"epoch":"e","offset":2}}}',
    { kind: 'history', id: 6, channel: 'a', limit: -1, reverse: true, since: { epoch: 'e', offset: 2 } },
  ],
  [
    '{"id":6,"history":{"channel":"a","limit":1,"since":{}}}',
    { kind: 'history', id: 6, channel: 'a', limit: 1, reverse: false, since: { epoch: '', offset: 0 } },
  ],
  ['{"id":7,"rpc":{"method":"m","data":[1]}}', { kind: 'rpc', id: 7, method: 'm', data: [1], text: '[1]' }],
  ['{"id":7,"rpc":{}}', { kind: 'rpc', id: 7, method: '', data: undefined }],
  ['{"id":8,"refresh":{"token":"t"}}', { kind: 'refresh', id: 8, token: 't' }],
  ['{"id":9,"ping":{}}', { kind: 'ping', id: 9 }],
  ['{"send":{"data":1}}', { kind: 'send' }],
  ['{"id":1,"rpc":null,"ping":{},"later":"field"}', { kind: 'ping', id: 1 }],
];

describe('a line', () => {
  test.each([...LINES])('%s', (line, command) => {
    expect(decodeLine(line)).toEqual(command);
  });

  const wrong: readonly string[] = [
    ...['', ' ', 'x', '{', '{"id":1', '[]', '[{}]', 'null', '1', '"{}"', '{}{}', '\u0000', '{"id":1,}'],
    ...['{"id":1}', '{"id":null}', '{"id":1,"unknown":{}}'],
    ...['{"ping":{}}', '{"id":0,"ping":{}}', '{"id":-1,"ping":{}}', '{"id":1.5,"ping":{}}', '{"id":"1","ping":{}}'],
    ...['{"id":1e300,"ping":{}}', '{"id":true,"ping":{}}', '{"id":1,"ping":1}', '{"id":1,"ping":[]}'],
    ...['{"id":1,"connect":"x"}', '{"id":1,"connect":{"token":1}}', '{"id":1,"connect":{"subs":[]}}'],
    '{"id":1,"connect":{"subs":{"a":1}}}',
    ...['{"id":1,"subscribe":{"channel":1}}', '{"id":1,"subscribe":{"channel":"a","flag":"2"}}'],
    '{"id":1,"subscribe":{"channel":"a","recover":true,"offset":"1"}}',
    '{"id":1,"history":{"channel":"a","since":{"offset":-1}}}',
    '{"id":1,"subscribe":{"channel":"a","recover":true,"epoch":7}}',
    ...['{"id":1,"publish":{"channel":["a"]}}', '{"id":1,"history":{"channel":"a","limit":"1"}}'],
    ...[
      '{"id":1,"history":{"channel":"a","since":1}}',
      '{"id":1,"rpc":{"method":{}}}',
      '{"id":1,"refresh":{"token":{}}}',
      '{"id":1,"sub_refresh":{"channel":"a","token":{}}}',
    ],
  ];
  test.each(wrong.map((line) => [line]))('SE6 %p is invalid', (line) => {
    expect(() => decodeLine(line)).toThrow(new DisconnectError('badRequest'));
  });
});

describe('RE8 an invalid position', () => {
  test.each(['-1', '1.5', '9007199254740993', '18446744073709551615', '1e400'])(
    'RE8 the offset %s is one no channel reaches',
    (offset) => {
      const since = { epoch: 'e', offset: UNKNOWN_OFFSET };
      const place = `{"recover":true,"epoch":"e","offset":${offset}}`;
      const subscribe = decodeLine(`{"id":1,"subscribe":{"channel":"a",${place.slice(1)}}`);
      expect(subscribe).toMatchObject({ kind: 'subscribe', id: 1, channel: 'a', since });
      const connect = decodeLine(`{"id":1,"connect":{"subs":{"a":${place}}}}`);
      expect(connect).toMatchObject({ kind: 'connect', id: 1, token: '', since: new Map([['a', since]]) });
    },
  );

  test.each([
    ['2^64 - 1', [...Array.from({ length: 9 }, () => 0xff), 0x01]],
    ['2^63', [...Array.from({ length: 9 }, () => 0x80), 0x01]],
    ['2^56', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ] as const)('RE8 so is the offset %s of the Protobuf protocol', (_what, varint) => {
    // SubscribeRequest: channel "a", recover, epoch "e", offset.
    const request = [0x0a, 1, 0x61, 0x18, 1, 0x32, 1, 0x65, 0x38, ...varint];
    const command = [0x08, 1, 0x2a, request.length, ...request];
    expect(centrifugeProtobuf.decode(Uint8Array.from([command.length, ...command]))).toMatchObject([
      { kind: 'subscribe', id: 1, channel: 'a', since: { epoch: 'e', offset: UNKNOWN_OFFSET } },
    ]);
  });
});

describe('a frame', () => {
  const frames: readonly [frame: string, kinds: readonly string[]][] = [
    ['{}', ['pong']],
    ['{}\n', ['pong']],
    ['\n{}\n\n{"id":1,"ping":{}}\n', ['pong', 'ping']],
    ['{"id":1,"rpc":{"method":"a\\nb"}}', ['rpc']],
  ];
  test.each([...frames])('%p contains %p', (frame, kinds) => {
    expect(centrifugeJson.decode(frame).map(({ kind }): string => kind)).toEqual([...kinds]);
  });

  test('SE6 with one invalid line is invalid as a whole', () => {
    expect(() => centrifugeJson.decode('{"id":1,"ping":{}}\nx')).toThrow(DisconnectError);
  });

  test('SE6 without a command is invalid', () => {
    for (const frame of ['', '\n', '\n\n']) expect(() => centrifugeJson.decode(frame)).toThrow(DisconnectError);
    expect(() => centrifugeProtobuf.decode(new Uint8Array())).toThrow(DisconnectError);
  });

  test('SE6 names every object has are not commands', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(() => decodeLine(`{"id":1,"${name}":{}}`)).toThrow(DisconnectError);
    }
    const subs = '{"__proto__":{"recover":true,"epoch":"e","offset":1},"constructor":{"recover":true}}';
    const command = decodeLine(`{"id":1,"connect":{"subs":${subs}}}`);
    const since = command.kind === 'connect' ? command.since : EMPTY;
    expect([...since.keys()]).toEqual(['__proto__', 'constructor']);
  });
});
