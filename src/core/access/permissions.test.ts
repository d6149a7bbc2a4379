import { describe, expect, test } from 'bun:test';
import { CHANNEL_LIMIT } from '../channels/channel-name.ts';
import { type Audience, CLOSED_NAMESPACE, namespaceOf } from '../channels/namespace.ts';
import { Namespaces } from '../channels/namespaces.ts';
import { ClientError } from '../errors.ts';
import type { ChannelAction, ChannelPolicy, NamespaceDefinition } from '../operations/feature.ts';
import { Permissions } from './permissions.ts';
import { ANONYMOUS, type Principal } from './principal.ts';

const USER: Principal = { kind: 'user', user: 'ada', role: 'member', device: 'd1' };
const EXTERNAL: Principal = { kind: 'external', user: 'eve' };
const CALLERS = [ANONYMOUS, EXTERNAL, USER] as const;
const ACTIONS: readonly ChannelAction[] = ['subscribe', 'publish', 'readHistory', 'readPresence'];

function permissions(definition: NamespaceDefinition, open: readonly string[] = []): Permissions {
  return new Permissions(new Namespaces({ ns: definition }), new Set(open));
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

  test('PE1 a namespace without options refuses everything to everyone', async () => {
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

describe('SO10 subscribers', () => {
  const inside = { has: (channel: string) => channel === 'ns:in' };
  const ofUsers: readonly [Audience, readonly boolean[]][] = [
    ['subscribers', [true, true, true]],
    ['subscribedUsers', [false, true, true]],
  ];
  test.each([...ofUsers])('SO10 %s may act where they are subscribed, and nowhere else', async (audience, allowed) => {
    for (const action of ['publish', 'readHistory', 'readPresence'] as const) {
      const of = permissions(granting(action, audience));
      expect(CALLERS.map((who) => of.decide(who, action, 'ns:in', inside))).toEqual([...allowed]);
      expect(CALLERS.map((who) => of.decide(who, action, 'ns:out', inside))).toEqual([false, false, false]);
      expect(CALLERS.map((who) => of.decide(who, action, 'ns:in'))).toEqual([false, false, false]);
    }
  });
});

describe('SO5 channels that name users', () => {
  const options = { ...CLOSED_NAMESPACE, userChannels: true, subscribe: 'everyone', publish: 'users' } as const;
  const of = permissions({ options });
  const asks = (action: ChannelAction, channel: string) => CALLERS.map((who) => of.decide(who, action, channel));

  test('SO5 are open only to the users they name', () => {
    expect(asks('subscribe', 'ns:x')).toEqual([true, true, true]);
    expect(asks('subscribe', 'ns:#eve')).toEqual([false, true, false]);
    expect(asks('subscribe', 'ns:talk#ann,eve')).toEqual([false, true, false]);
    // A person of this installation with the id `ada` is not the user `ada` of tokens.
    expect(asks('subscribe', 'ns:#ada')).toEqual([false, false, false]);
    expect(asks('subscribe', 'ns:#')).toEqual([false, false, false]);
    // The last boundary counts: config/container.go of Centrifugo (`UserAllowed`).
    expect(asks('subscribe', 'ns:#eve#ann')).toEqual([false, false, false]);
  });

  test('SO5 allow the named users no more than the namespace does', () => {
    expect(asks('publish', 'ns:#eve')).toEqual([false, true, false]);
    expect(asks('publish', 'ns:#ann')).toEqual([false, false, false]);
    expect(asks('readHistory', 'ns:#eve')).toEqual([false, false, false]);
  });

  test('SO5 do not involve the backend', () => {
    const backed = permissions({ options: { ...options, subscribe: 'backend' } });
    expect(backed.isBackends('subscribe', 'ns:x')).toBe(true);
    expect(backed.isBackends('subscribe', 'ns:#eve')).toBe(false);
  });

  test('SO5 are ordinary channels if the namespace does not enable them', () => {
    const plain = permissions(granting('subscribe', 'users'));
    expect(CALLERS.map((who) => plain.decide(who, 'subscribe', 'ns:#ann'))).toEqual([false, true, true]);
  });
});

describe('SO9 channels that start with $', () => {
  const all = { options: { ...CLOSED_NAMESPACE, subscribe: 'everyone', publish: 'everyone' } } as const;
  const backed = { options: { ...CLOSED_NAMESPACE, subscribe: 'backend' } } as const;
  const feature: NamespaceDefinition = { ...all, ofFeature: true };
  const app: NamespaceDefinition = { ...all, policy: () => true };
  const of = new Permissions(
    new Namespaces({
      ns: all,
      '': all,
      b: backed,
      room: feature,
      app: app,
    }),
    new Set(['']),
  );

  test('SO9 cannot be opened by an audience or the backend', () => {
    for (const channel of ['$ns:x', '$x']) {
      expect(CALLERS.map((who) => of.decide(who, 'subscribe', channel))).toEqual([false, false, false]);
      expect(CALLERS.map((who) => of.decide(who, 'publish', channel))).toEqual([true, true, true]);
    }
    expect(of.isBackends('subscribe', '$b:x')).toBe(false);
  });

  test('SO9 do not exist in namespaces of features and apps', async () => {
    for (const channel of ['$room:x', '$app:x', '$other:x', '$$ns:x']) {
      expect(await outcome(of, USER, ['publish', channel])).toBe('unknownChannel');
    }
  });
});

describe('PE2 a feature decides on its own channels', () => {
  test('PE2 the policy gets user, action and channel, and its answer counts', async () => {
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

  test('PE1 a failing policy grants nothing', async () => {
    const policy: ChannelPolicy = () => Promise.reject(new Error('database gone'));
    const of = permissions(granting('subscribe', 'feature', policy));
    expect(await outcome(of, USER, ['subscribe', 'ns:x'])).toBe('Error: database gone');
  });
});

describe('PE4 open namespaces', () => {
  test('PE4 everybody can do everything in them, and in no others', async () => {
    const closed = { options: CLOSED_NAMESPACE };
    const of = new Permissions(
      new Namespaces({
        demo: closed,
        room: closed,
      }),
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
