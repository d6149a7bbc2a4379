import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { digests } from '../../adapters/bun/digests.ts';
import type { AppSettings } from '../../contracts/app-settings.ts';
import type { AppPrincipal } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import { PusherApp } from './app.ts';

const SETTINGS: AppSettings = {
  ...{ id: '3', key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8', namespace: 'pusher', enabled: true },
  ...{ maxConnections: 0, clientEvents: true, clientEventsPerSecond: 2, maxEventBytes: 100, maxPresenceMembers: 10 },
  ...{ subscriptionCounts: false, webhooks: [] },
};
const CLIENT: AppPrincipal = { kind: 'app', app: '3', client: '1234.1234', user: '' };
const clock = new HandClock();
const appOf = (settings: Partial<AppSettings> = {}) => new PusherApp({ ...SETTINGS, ...settings }, { digests, clock });

/** Signed as a backend does. */
const authOf = (text: string) => `${SETTINGS.key}:${digests.hmacSha256(SETTINGS.secret, text)}`;

function errorOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof ClientError ? error.kind : String(error);
  }
}

describe("PU3 PU4 a backend's signature", () => {
  // The examples of https://pusher.com/docs/channels/library_auth_reference/auth-signatures/
  test('opens a private channel', () => {
    const auth = `${SETTINGS.key}:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4`;
    const proof = { socketId: '1234.1234', name: 'private-foobar', auth, channelData: undefined };
    expect(appOf().grantOf(proof, CLIENT)).toEqual({ channel: 'pusher:private-foobar', user: '' });
    for (const wrong of [
      { ...proof, socketId: '1234.1235' },
      { ...proof, name: 'private-foobaz' },
      { ...proof, auth: auth.replace(':5', ':6') },
      { ...proof, auth: '' },
    ]) {
      expect(errorOf(() => appOf().grantOf(wrong, CLIENT))).toBe('permissionDenied');
    }
  });

  test('names the client in a presence channel, also by a number', () => {
    const auth = `${SETTINGS.key}:afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c`;
    const channelData = '{"user_id":10,"user_info":{"name":"Mr. Pusher"}}';
    const grant = appOf().grantOf({ socketId: '1234.1234', name: 'presence-foobar', auth, channelData }, CLIENT);
    expect(grant).toEqual({
      ...{ channel: 'pusher:presence-foobar', user: '10', info: '{"name":"Mr. Pusher"}', userLimit: 10 },
    });
  });

  test.each([
    ['', 'badRequest'],
    ['null', 'badRequest'],
    ['{}', 'badRequest'],
    ['{"user_id":""}', 'badRequest'],
    [`{"user_id":"${'x'.repeat(129)}"}`, 'badRequest'],
    [`{"user_id":"x","user_info":"${'x'.repeat(1_023)}"}`, 'tooLarge'],
    [`{"user_id":"x","user_info":"${'x'.repeat(1_022)}"}`, 'none'],
  ])('is validated although it is signed: %s', (channelData, error) => {
    const auth = authOf(`1.1:presence-x:${channelData}`);
    const proof = { socketId: '1.1', name: 'presence-x', auth, channelData };
    expect(errorOf(() => appOf().grantOf(proof, CLIENT))).toBe(error);
  });
});

test('JS3 keeps the digits of a numeric user_id, and user_info as written', () => {
  const memberOf = (channelData: string) => {
    const auth = authOf(`1.1:presence-x:${channelData}`);
    return appOf().grantOf({ socketId: '1.1', name: 'presence-x', auth, channelData }, CLIENT);
  };
  expect(memberOf('{"user_id":9007199254740993,"user_info":{"2":1,"1":1.10}}')).toMatchObject({
    ...{ user: '9007199254740993', info: '{"2":1,"1":1.10}' },
  });
  expect(memberOf('{"user_id":9007199254740992}').user).toBe('9007199254740992');
});

describe('PU8 signing in', () => {
  test('accepts the user the backend names', () => {
    const auth = `${SETTINGS.key}:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba`;
    const user = appOf().userOf(CLIENT, auth, '{"id":"12345"}');
    expect(user).toEqual({ principal: { ...CLIENT, user: '12345' }, watchlist: [] });
  });

  test.each([
    ['{}', 'DisconnectError: invalid token'],
    ['{"id":{}}', 'DisconnectError: invalid token'],
    ['{"id":5}', 'none'],
    ['{"id":"a","watchlist":"b"}', 'DisconnectError: invalid token'],
    ['{"id":"a","watchlist":[null]}', 'DisconnectError: invalid token'],
    [`{"id":"a","watchlist":${JSON.stringify(Array(101).fill('b'))}}`, 'limitExceeded'],
    ['{"id":"a","watchlist":["b","b"]}', 'none'],
    [`{"id":"a","user_info":"${'x'.repeat(1_023)}"}`, 'tooLarge'],
  ])('refuses %s', (userData, error) => {
    const auth = authOf(`1234.1234::user::${userData}`);
    expect(errorOf(() => appOf().userOf(CLIENT, auth, userData))).toBe(error);
  });

  test('JS3 keeps the digits of numbers, so that two users never become one', () => {
    const userOf = (userData: string) => appOf().userOf(CLIENT, authOf(`1234.1234::user::${userData}`), userData);
    const { principal, watchlist, info } = userOf(
      '{"id":9007199254740993,"watchlist":[9007199254740992,"9007199254740993"],"user_info":{"n":1.10,"n":1e400}}',
    );
    expect(principal.kind === 'app' && principal.user).toBe('9007199254740993');
    expect(watchlist).toEqual(['9007199254740992', '9007199254740993']);
    expect(info).toBe('{"n":1.10,"n":1e400}');
  });

  test('happens once: a user cannot become another', () => {
    const auth = authOf('1234.1234::user::{"id":"b"}');
    const again = () => appOf().userOf({ ...CLIENT, user: 'a' }, auth, '{"id":"b"}');
    expect(errorOf(again)).toBe('DisconnectError: invalid token');
  });
});

describe('PU3 what a client can do with the key only', () => {
  test.each([
    ['news', true],
    ['cache-news', true],
    ['private-x', false],
    ['private-encrypted-x', false],
    ['presence-x', false],
    ['#server-to-user-ann', false],
  ])('subscribe to %s: %p', (name, expected) => {
    expect(appOf().allows(CLIENT, 'subscribe', name)).toBe(expected);
  });

  test('a signed-in user receives only what is sent to them', () => {
    const ann = { ...CLIENT, user: 'ann' };
    expect(appOf().allows(ann, 'subscribe', '#server-to-user-ann')).toBe(true);
    expect(appOf().allows(ann, 'subscribe', '#server-to-user-ben')).toBe(false);
  });

  test('publish client events where signatures open the channel, at a limited rate', async () => {
    const app = appOf();
    for (const name of ['news', 'private-encrypted-x', '#server-to-user-ann']) {
      expect(app.allows(CLIENT, 'publish', name)).toBe(false);
    }
    expect([app.allows(CLIENT, 'publish', 'private-x'), app.allows(CLIENT, 'publish', 'presence-x')]).toEqual([
      true,
      true,
    ]);
    expect(errorOf(() => app.allows(CLIENT, 'publish', 'private-x'))).toBe('rateLimited');
    expect(app.allows({ ...CLIENT, client: '2.2' }, 'publish', 'private-x')).toBe(true);
    await clock.pass(1_000);
    expect(app.allows(CLIENT, 'publish', 'private-x')).toBe(true);
    expect(appOf({ clientEvents: false }).allows(CLIENT, 'publish', 'private-x')).toBe(false);
  });
});
