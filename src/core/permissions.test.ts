import { describe, expect, test } from 'bun:test';
import { ClientError } from './errors.ts';
import type { ChannelAction, ChannelPolicy, NamespaceDefinition } from './feature.ts';
import { type Audience, CLOSED_NAMESPACE, namespaceOf } from './namespace.ts';
import { CHANNEL_LIMIT, Permissions } from './permissions.ts';
import { ANONYMOUS, type Principal } from './principal.ts';

const USER: Principal = { kind: 'user', user: 'ada', role: 'member', device: 'd1' };
const EXTERNAL: Principal = { kind: 'external', user: 'eve' };
const CALLERS = [ANONYMOUS, EXTERNAL, USER] as const;
const ACTIONS: readonly ChannelAction[] = ['subscribe', 'publish', 'readHistory', 'readPresence'];

function permissions(definition: NamespaceDefinition, open: readonly string[] = []): Permissions {
  return new Permissions(new Map([['ns', definition]]), new Set(open));
}

const granting = (action: ChannelAction, audience: Audience, policy?: ChannelPolicy): NamespaceDefinition => ({
  options: { ...CLOSED_NAMESPACE, [action]: audience },
  ...(policy !== undefined && { policy }),
});

/** `ok`, or the name of the error. */
async function outcome(of: Permissions, who: Principal, what: readonly [ChannelAction, string]): Promise<string> {
  try {
    await of.check(who, ...what);
    return 'ok';
  } catch (error) {
    return error instanceof ClientError ? error.kind : String(error);
  }
}

describe('PE1 what is not granted is denied', () => {
  const table: readonly [Audience, readonly string[]][] = [
    ['nobody', ['permissionDenied', 'permissionDenied', 'permissionDenied']],
    ['feature', ['permissionDenied', 'permissionDenied', 'permissionDenied']],
    ['users', ['permissionDenied', 'ok', 'ok']],
    ['everyone', ['ok', 'ok', 'ok']],
  ];
  for (const action of ACTIONS) {
    test.each([...table])(`PE1 ${action} for %s: anonymous, external, user`, async (audience, expected) => {
      const of = permissions(granting(action, audience));
      expect(await Promise.all(CALLERS.map((who) => outcome(of, who, [action, 'ns:x'])))).toEqual([...expected]);
      for (const other of ACTIONS.filter((each) => each !== action)) {
        expect(await outcome(of, USER, [other, 'ns:x'])).toBe('permissionDenied');
      }
    });
  }

  test('PE1 a namespace that says nothing refuses everything to everyone', async () => {
    const of = permissions({ options: CLOSED_NAMESPACE });
    for (const who of CALLERS) {
      for (const action of ACTIONS) expect(await outcome(of, who, [action, 'ns:x'])).toBe('permissionDenied');
    }
  });

  const names: readonly [string, string][] = [
    ['other:x', 'unknownChannel'],
    ['ns', 'unknownChannel'],
    [':x', 'unknownChannel'],
    ['NS:x', 'unknownChannel'],
    ['ns2:x', 'unknownChannel'],
    [' ns:x', 'unknownChannel'],
    ['constructor:x', 'unknownChannel'],
    ['', 'badRequest'],
    [`ns:${'x'.repeat(CHANNEL_LIMIT - 2)}`, 'badRequest'],
    [`ns:${'x'.repeat(CHANNEL_LIMIT - 3)}`, 'ok'],
    ['ns:', 'ok'],
    ['ns:a:b', 'ok'],
    ['ns:频道 🌳', 'ok'],
    ['ns:\ud800', 'badRequest'],
    ['ns:\udc00x', 'badRequest'],
    ['ns:x\n', 'badRequest'],
    ['ns:\0', 'badRequest'],
    ['ns:\x85', 'badRequest'],
  ];
  test.each([...names])('PE1 the name %p gives %s', async (channel, expected) => {
    expect(await outcome(permissions(granting('subscribe', 'everyone')), USER, ['subscribe', channel])).toBe(expected);
  });
});

describe('PE2 a feature is asked about its own channels', () => {
  test('PE2 who asks, for what, and its answer holds', async () => {
    const asked: unknown[] = [];
    const policy: ChannelPolicy = async (...question) => {
      asked.push(question);
      return question[2] === 'ns:mine';
    };
    const of = permissions(granting('publish', 'feature', policy));
    expect(await outcome(of, USER, ['publish', 'ns:mine'])).toBe('ok');
    expect(await outcome(of, USER, ['publish', 'ns:theirs'])).toBe('permissionDenied');
    expect(await outcome(of, USER, ['subscribe', 'ns:mine'])).toBe('permissionDenied');
    expect(asked).toEqual([
      [USER, 'publish', 'ns:mine'],
      [USER, 'publish', 'ns:theirs'],
    ]);
  });

  test('PE1 one that fails grants nothing', async () => {
    const policy: ChannelPolicy = () => Promise.reject(new Error('database gone'));
    const of = permissions(granting('subscribe', 'feature', policy));
    expect(await outcome(of, USER, ['subscribe', 'ns:x'])).toBe('Error: database gone');
  });
});

describe('PE4 open namespaces', () => {
  test('PE4 everybody may do everything in them, and in no other', async () => {
    const closed = { options: CLOSED_NAMESPACE };
    const of = new Permissions(
      new Map([
        ['demo', closed],
        ['room', closed],
      ]),
      new Set(['demo', 'ghost']),
    );
    for (const action of ACTIONS) {
      expect(await outcome(of, ANONYMOUS, [action, 'demo:x'])).toBe('ok');
      expect(await outcome(of, ANONYMOUS, [action, 'room:x'])).toBe('permissionDenied');
      expect(await outcome(of, ANONYMOUS, [action, 'ghost:x'])).toBe('unknownChannel');
    }
  });
});

test.each([
  ['room:1', 'room'],
  ['room:1:2', 'room'],
  ['room', ''],
  [':1', ''],
  ['', ''],
])('the namespace of %p is %p', (channel, namespace) => {
  expect(namespaceOf(channel)).toBe(namespace);
});
