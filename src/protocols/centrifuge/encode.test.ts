import { describe, expect, test } from 'bun:test';
import { ClientError } from '../../core/errors.ts';
import type { SubscribeResult } from '../../core/protocol/pushes.ts';
import { encodePush, encodeReply } from './encode.ts';
import type { CentrifugePush, CentrifugeReply } from './message-types.ts';
import { centrifugeJson } from './protocol.ts';

const AT: SubscribeResult = {
  recoverable: true,
  epoch: 'e',
  offset: 7,
  wasRecovering: false,
  recovered: false,
  publications: [],
};
const POSITION = { recoverable: true, positioned: true, epoch: 'e', offset: 7 };
const PUBLICATION = { offset: 8, time: 1, data: '{"x": 1.0}', info: { user: 'ada', client: 'c1' }, tags: { a: 'b' } };
const ENCODED = { data: { x: 1 }, info: { user: 'ada', client: 'c1' }, offset: 8, tags: { a: 'b' } };
const CONNECT = { client: 'c1', version: '1', pingSeconds: 25, node: 'n', time: 5, subscriptions: new Map() };

/** Two publications, the second of which is shorter as a delta. */
const SIMILAR = [1, 2].map((n) => ({ offset: 7 + n, time: 1, data: `{"n":${n},"text":"${'é'.repeat(50)}"}` }));
const PATCH = '1q\n6:{"n":21k@6,1T3xZa;';

const REPLIES: readonly [what: string, reply: CentrifugeReply, encoded: object][] = [
  [
    'connect',
    { kind: 'connect', result: CONNECT },
    { connect: { client: 'c1', version: '1', ping: 25, pong: true, node: 'n', time: 5 } },
  ],
  [
    'connect with a token that ends, and channels',
    {
      kind: 'connect',
      result: { ...CONNECT, ttl: 60, subscriptions: new Map([['a"b', AT]]) },
    },
    {
      connect: {
        ...{ client: 'c1', version: '1', ping: 25, pong: true, node: 'n', time: 5, expires: true, ttl: 60 },
        subs: { 'a"b': POSITION },
      },
    },
  ],
  ['subscribe', { kind: 'subscribe', result: AT }, { subscribe: POSITION }],
  [
    'subscribe without history',
    { kind: 'subscribe', result: { ...AT, recoverable: false, epoch: '', offset: 0 } },
    { subscribe: {} },
  ],
  [
    'RE1 subscribe that recovered',
    {
      kind: 'subscribe',
      result: { ...AT, wasRecovering: true, recovered: true, publications: [PUBLICATION, PUBLICATION] },
    },
    { subscribe: { ...POSITION, was_recovering: true, recovered: true, publications: [ENCODED, ENCODED] } },
  ],
  [
    'RE2 subscribe that did not recover',
    { kind: 'subscribe', result: { ...AT, wasRecovering: true } },
    { subscribe: { ...POSITION, was_recovering: true } },
  ],
  [
    'DE2 subscribe that recovered, with deltas, and CO1 a number for the channel',
    {
      kind: 'subscribe',
      result: { ...AT, wasRecovering: true, recovered: true, delta: true, number: 42, publications: SIMILAR },
    },
    {
      subscribe: {
        ...{ ...POSITION, was_recovering: true, recovered: true, delta: true, id: 42 },
        publications: [
          { data: SIMILAR[0]?.data, offset: 8 },
          { data: PATCH, offset: 9, delta: true },
        ],
      },
    },
  ],
  ['unsubscribe', { kind: 'unsubscribe' }, { unsubscribe: {} }],
  ['publish', { kind: 'publish', published: { offset: 1, epoch: 'e', time: 0, repeated: false } }, { publish: {} }],
  [
    'presence',
    {
      kind: 'presence',
      clients: [
        { user: '', client: 'c1' },
        { user: 'ada', client: 'c2', connInfo: '{"a":1}' },
      ],
    },
    {
      presence: {
        presence: { c1: { user: '', client: 'c1' }, c2: { user: 'ada', client: 'c2', conn_info: { a: 1 } } },
      },
    },
  ],
  ['presence without clients', { kind: 'presence', clients: [] }, { presence: { presence: {} } }],
  [
    'presence stats',
    { kind: 'presenceStats', clients: 3, users: 2 },
    { presence_stats: { num_clients: 3, num_users: 2 } },
  ],
  [
    'history',
    { kind: 'history', epoch: 'e', offset: 8, publications: [PUBLICATION, { offset: 9, time: 1, data: 'null' }] },
    { history: { epoch: 'e', offset: 8, publications: [ENCODED, { data: null, offset: 9 }] } },
  ],
  ['rpc', { kind: 'rpc', data: { a: [1, 'ü\n'] } }, { rpc: { data: { a: [1, 'ü\n'] } } }],
  ['rpc without data', { kind: 'rpc', data: undefined }, { rpc: { data: null } }],
  ['refresh', { kind: 'refresh', ttl: 30 }, { refresh: { expires: true, ttl: 30 } }],
  ['refresh without expiry', { kind: 'refresh', ttl: undefined }, { refresh: {} }],
  [
    'a temporary error',
    { kind: 'error', error: new ClientError('tooManyRequests') },
    { error: { code: 111, message: 'too many requests', temporary: true } },
  ],
  [
    'an error of a field',
    { kind: 'error', error: new ClientError('invalidInput', { field: 'a.b', message: '"x" is\nwrong' }) },
    { error: { code: 400, message: 'a.b: "x" is\nwrong' } },
  ],
];

describe('a reply', () => {
  test.each([...REPLIES])('%s', (_what, reply, encoded) => {
    const line = encodeReply(5, reply);
    expect(JSON.parse(line)).toEqual({ id: 5, ...encoded });
    expect(line).not.toContain('\n');
  });
});

const INFO = { user: 'ada', client: 'c1', connInfo: '1', chanInfo: '[2]' };

const PUSHES: readonly [what: string, push: CentrifugePush, encoded: object][] = [
  [
    'a publication',
    { kind: 'publication', channel: 'a"b', epoch: 'e', publication: PUBLICATION },
    { channel: 'a"b', pub: ENCODED },
  ],
  [
    'CO1 a publication with a channel number',
    { kind: 'publication', channel: 'a', epoch: 'e', number: 42, publication: PUBLICATION },
    { id: 42, pub: ENCODED },
  ],
  [
    'DE1 a publication with delta enabled, without a base',
    {
      kind: 'publication',
      channel: 'a',
      epoch: 'e',
      publication: { offset: 1, time: 1, data: '{"a":"\\n"}' },
      delta: {},
    },
    { channel: 'a', pub: { data: '{"a":"\\n"}', offset: 1 } },
  ],
  [
    'a publication without history',
    { kind: 'publication', channel: 'a', epoch: 'e', publication: { offset: 0, time: 1, data: '0' } },
    { channel: 'a', pub: { data: 0 } },
  ],
  [
    'a join',
    { kind: 'join', channel: 'a', info: INFO },
    { channel: 'a', join: { info: { user: 'ada', client: 'c1', conn_info: 1, chan_info: [2] } } },
  ],
  [
    'a leave',
    { kind: 'leave', channel: 'a', info: { user: 'ü', client: 'c1' } },
    { channel: 'a', leave: { info: { user: 'ü', client: 'c1' } } },
  ],
  ['a subscription', { kind: 'subscribe', channel: 'a', result: AT }, { channel: 'a', subscribe: POSITION }],
  [
    'a subscription without history',
    { kind: 'subscribe', channel: 'a', result: { ...AT, recoverable: false } },
    { channel: 'a', subscribe: {} },
  ],
  [
    'OR5 the end of a subscription',
    { kind: 'unsubscribe', channel: 'a', reason: 'insufficientState' },
    { channel: 'a', unsubscribe: { code: 2_500, reason: 'insufficient state' } },
  ],
  [
    'SE7 a disconnect after which clients reconnect',
    { kind: 'disconnect', reason: 'shutdown' },
    { disconnect: { code: 3_001, reason: 'shutdown', reconnect: true } },
  ],
  [
    'a disconnect after which they do not',
    { kind: 'disconnect', reason: 'invalidToken' },
    { disconnect: { code: 3_500, reason: 'invalid token', reconnect: false } },
  ],
];

describe('a push', () => {
  test.each([...PUSHES])('%s', (_what, push, encoded) => {
    const line = encodePush(push);
    expect(JSON.parse(line)).toEqual({ push: encoded });
    expect(line).not.toContain('\n');
  });

  test('carries data as its publisher wrote it', () => {
    const publication = { offset: 1, time: 1, data: '{"n":12345678901234567890,"x": 1.0}' };
    expect(encodePush({ kind: 'publication', channel: 'a', epoch: 'e', publication })).toBe(
      '{"push":{"channel":"a","pub":{"data":{"n":12345678901234567890,"x": 1.0},"offset":1}}}',
    );
  });
});

test('several are lines of one frame', () => {
  expect(centrifugeJson.join?.(['{"a":1}', '{"b":2}'])).toBe('{"a":1}\n{"b":2}');
  expect(centrifugeJson.decode(centrifugeJson.ping ?? '')).toEqual([{ kind: 'pong' }]);
});
