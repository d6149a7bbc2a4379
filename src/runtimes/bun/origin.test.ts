import { describe, expect, test } from 'bun:test';
import { isChanging, originAllowed } from './origin.ts';

type Row = readonly [title: string, headers: Record<string, string>, publicUrl: string, allowed: boolean];

const PUBLIC = 'https://chat.example.org';
const COOKIE = { Cookie: 'banyan=secret' };

/** The rows of the table of `originAllowed`. */
const TABLE: readonly Row[] = [
  ['the origin of publicUrl', { Origin: PUBLIC, Host: '127.0.0.1:8000', ...COOKIE }, PUBLIC, true],
  ['the origin of publicUrl with its default port', { Origin: `${PUBLIC}:443`, Host: '127.0.0.1:8000' }, PUBLIC, true],
  ['the host of publicUrl without TLS', { Origin: 'http://chat.example.org', Host: 'chat.example.org' }, PUBLIC, false],
  ['the host of publicUrl on another port', { Origin: `${PUBLIC}:8443`, Host: 'chat.example.org' }, PUBLIC, false],
  ['the same host as Host', { Origin: 'http://localhost:8000', Host: 'localhost:8000', ...COOKIE }, '', true],
  [
    'the same host as Host, publicUrl being another',
    { Origin: 'http://10.0.0.2:8000', Host: '10.0.0.2:8000' },
    PUBLIC,
    true,
  ],
  [
    'a stranger’s name for our address, publicUrl being another',
    { Origin: 'http://evil.example:8000', Host: 'evil.example:8000' },
    PUBLIC,
    false,
  ],
  ['localhost, publicUrl being another', { Origin: 'http://localhost:8000', Host: 'localhost:8000' }, PUBLIC, true],
  ['the same host behind a TLS proxy', { Origin: PUBLIC, Host: 'chat.example.org' }, '', true],
  ['the same host in other letters', { Origin: 'http://LocalHost:8000', Host: 'localhost:8000' }, '', true],
  ['an IPv6 host', { Origin: 'http://[::1]:8000', Host: '[::1]:8000' }, '', true],
  ['the same host on another port', { Origin: 'http://localhost:3000', Host: 'localhost:8000', ...COOKIE }, '', false],
  ['another site with cookies', { Origin: 'https://evil.example', Host: 'chat.example.org', ...COOKIE }, PUBLIC, false],
  ['another site without cookies', { Origin: 'https://evil.example', Host: 'chat.example.org' }, PUBLIC, false],
  [
    'another site that claims same-origin',
    { Origin: 'https://evil.example', Host: 'localhost:8000', 'Sec-Fetch-Site': 'same-origin' },
    '',
    false,
  ],
  [
    'a host that begins like ours',
    { Origin: 'https://chat.example.org.evil.example', Host: 'chat.example.org' },
    PUBLIC,
    false,
  ],
  [
    'a host in the user part',
    { Origin: 'https://chat.example.org@evil.example', Host: 'chat.example.org' },
    PUBLIC,
    false,
  ],
  ['the origin of a sandbox or a file', { Origin: 'null', Host: 'localhost:8000' }, '', false],
  ['an empty Origin', { Origin: '', Host: 'localhost:8000' }, '', false],
  ['an Origin that is none', { Origin: 'nonsense', Host: 'nonsense' }, '', false],
  ['an Origin without a Host', { Origin: 'http://localhost:8000' }, '', false],
  ['no Origin, from our page', { Host: 'localhost:8000', 'Sec-Fetch-Site': 'same-origin', ...COOKIE }, '', true],
  ['no Origin, by hand', { Host: 'localhost:8000', 'Sec-Fetch-Site': 'none', ...COOKIE }, '', true],
  ['no Origin, from a sister site', { Host: 'localhost:8000', 'Sec-Fetch-Site': 'same-site', ...COOKIE }, '', false],
  ['no Origin, from another site', { Host: 'localhost:8000', 'Sec-Fetch-Site': 'cross-site', ...COOKIE }, '', false],
  [
    'no Origin, from another site without cookies',
    { Host: 'localhost:8000', 'Sec-Fetch-Site': 'cross-site' },
    '',
    false,
  ],
  ['no Origin, from who knows where', { Host: 'localhost:8000', 'Sec-Fetch-Site': 'something-new' }, '', false],
  ['a program', { Host: 'localhost:8000' }, '', true],
  ['a program with a token', { Host: 'localhost:8000', Authorization: 'Bearer x' }, PUBLIC, true],
  ['a program with a cookie jar', { Host: 'localhost:8000', ...COOKIE }, PUBLIC, true],
];

describe('originAllowed', () => {
  test.each([...TABLE])('%s', (_title, headers, publicUrl, allowed) => {
    expect(originAllowed(new Headers(headers), { publicUrl })).toBe(allowed);
  });
});

test('PE5 with clientInsecure a name that resolves here is not enough: any page could have one', () => {
  const from = (host: string) =>
    originAllowed(new Headers({ Origin: `http://${host}`, Host: host }), { publicUrl: '', clientInsecure: true });
  expect(['localhost:8000', '127.0.0.1:8000', '[::1]:8000', 'evil.example:8000'].map(from)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('only reading methods are considered safe', () => {
  expect(['GET', 'HEAD', 'OPTIONS'].map(isChanging)).toEqual([false, false, false]);
  expect(['POST', 'PUT', 'PATCH', 'DELETE', 'get', 'PROPFIND'].map(isChanging)).toEqual(Array(6).fill(true));
});
