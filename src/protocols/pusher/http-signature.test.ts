import { expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { digests } from '../../adapters/bun/digests.ts';
import type { AppSettings } from '../../contracts/app-settings.ts';
import { PusherApp } from './app.ts';
import { checkSignature, readPairs } from './http-signature.ts';

const SECRET = { key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8' };
const app = new PusherApp({ ...SECRET, clientEventsPerSecond: 1 } as AppSettings, { digests, clock: new HandClock() });
const BODY = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
const QUERY =
  'auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f' +
  '&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c';

function check(query: string, { body = BODY, pathname = '/apps/3/events', now = 1_353_088_179_000 } = {}): string {
  const request = { method: 'POST', pathname, pairs: readPairs(query), body: new TextEncoder().encode(body) };
  try {
    checkSignature(app, request, { digests, now: () => now });
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}

// https://pusher.com/docs/channels/library_auth_reference/rest-api/#worked-authentication-example
test('PU7 the documented example is accepted', () => expect(check(QUERY)).toBe('ok'));

test.each([
  [QUERY.replace('auth_version=1.0', 'auth_version=2.0'), {}, 'auth_version must be 1.0'],
  [QUERY.replace('auth_key=2', 'auth_key=3'), {}, 'auth_key is not the key of this app'],
  [QUERY.replace('1353088179', '1353088179000'), {}, 'auth_timestamp is not within 600 s'],
  [QUERY.replace('1353088179', 'x'), {}, 'auth_timestamp must be in seconds'],
  [QUERY.replace('=da45', '=da46'), {}, 'auth_signature is not valid'],
  [`${QUERY}&x=1`, {}, 'auth_signature is not valid'],
  [QUERY, { body: BODY.replace('3', '4') }, 'body_md5 is not that of the body'],
  [QUERY.replace(/&body_md5=[^&]*/, ''), {}, 'body_md5 is not that of the body'],
  [QUERY, { pathname: '/apps/4/events' }, 'auth_signature is not valid'],
  [QUERY, { now: 1_353_088_779_001 }, 'auth_timestamp is not within 600 s'],
  ['', {}, 'auth_key is not the key of this app'],
])('PU7 a request that differs in anything is refused: %#', (query, options, message) => {
  expect(check(query, options)).toBe(message);
});

test('PU7 names are sorted case-insensitively, and values are signed unescaped', () => {
  const query = 'B=2&a=x%20y+z&auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0';
  const text = 'POST\n/p\na=x y z&auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&b=2';
  expect(check(`${query}&auth_signature=${app.sign(text)}`, { body: '', pathname: '/p' })).toBe('ok');
});

test('PU7 a repeated name is signed as often as it appears', () => {
  const query = 'auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&channels[]=b&channels[]=a';
  const signature = app.sign(`POST\n/p\n${query}`);
  expect(check(`${query}&auth_signature=${signature}`, { body: '', pathname: '/p' })).toBe('ok');
});

test('PU7 an invalid query is refused', () => {
  expect(() => readPairs('a=%ff')).toThrow('the query is not valid');
});
