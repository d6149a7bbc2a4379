import { clientFrame } from '../../src/wire-clients/frames.ts';
import type { Random } from '../simulation/random.ts';
import { garble, garbleBytes, oddJson, randomBytes, strangeText, strangeValue, word } from './garble.ts';

/** The names and ids requests refer to. */
export type Site = {
  readonly host: string;
  /** Of a signed-in person. */
  readonly cookie: string;
  /** An input for each operation, by name. */
  readonly inputs: ReadonlyMap<string, unknown>;
};

type Field = readonly [name: string, value: string];

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'get', ''];
const TARGETS = [
  ...['/', '/livez', '/index.html', '/join/abc', '/api', '/api/v1', '/api/v1/', '/api/docs', '/api/docs/../../src'],
  ...[
    '/api/openapi.json',
    '/api/v1/no.such',
    '/api/v1/chat.avatar?room=x',
    '/api/v1/accounts.avatar',
    '/assets/none.js',
  ],
  ...[
    '/files/avatars/abc.webp',
    '/files/avatars/..%2f..%2fetc%2fpasswd',
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/',
    '//',
    '///x',
  ],
  ...[
    '/%',
    '/%ff',
    '/%00',
    '/%c0%ae',
    '/?',
    '/#',
    '/a\\b',
    '*',
    '',
    'http://other.example/',
    'http://[',
    'x',
    '/\u00e9',
  ],
  ...[
    '/app/key?protocol=7',
    '/app/',
    '/apps/app/events?auth_key=key',
    '/apps/app/channels/%ff',
    '/apps//',
    '/apps/app/',
  ],
  ...[
    '/sse',
    '/sse?channel=people:',
    '/sse?channel=user:x&cursor=%',
    '/poll?channel=people:',
    '/publish?channel=demo:a',
  ],
  ...[
    '/poll?channel=people:&timeout=0&cursor=a:1:e',
    '/poll?timeout=x',
    '/history?channel=people:&since=1',
    '/presence?channel=online:',
    `/sse?${'channel=a:b&'.repeat(1_000)}`,
  ],
  ...['/connection/websocket', '/connection/websocket/', `/${'a'.repeat(9_000)}`, `/?${'a=b&'.repeat(2_000)}`],
] as const;
const TYPES = [
  ...['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;', 'text/plain'],
  ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'image/png', 'json', '', '/', ';'],
] as const;
const LENGTHS = [
  '0',
  '1',
  '-1',
  '+5',
  '1e3',
  '0x10',
  '5, 5',
  '99999999999999999999',
  '9007199254740993',
  '',
  'x',
  '2097152',
];
const HANDSHAKE: readonly Field[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
];
/** Headers the server reads, each with possible values. */
const READ: Readonly<Record<string, readonly string[]>> = {
  Origin: ['null', 'http://', 'https://evil.example', 'http://localhost:0', 'x', '://', 'http://[::1', ''],
  'Sec-Fetch-Site': ['same-origin', 'cross-site', 'none', '?'],
  'X-Forwarded-For': ['1.2.3.4', '::1, 9.9.9.9', ', ,', '127.0.0.1, 127.0.0.1', 'x'.repeat(5_000), '1.2.3.4:80, [::]'],
  'X-Forwarded-Proto': ['https', 'http, https', ',', 'x'],
  'X-Forwarded-Host': ['evil.example'],
  Cookie: ['banyan=', 'banyan', ';;;', 'banyan="x', `banyan=${'a'.repeat(6_000)}`, '__Host-banyan=x; banyan=y', '=;='],
  'Accept-Encoding': ['gzip', 'br;q=0', '*;q=', ';;', 'gzip;q=x, br'],
  'If-None-Match': ['*', 'W/"x"', '"', ','],
  Range: ['bytes=0-1', 'bytes=-', 'bytes=9-1', 'x=1'],
  Accept: ['text/html', '*/*', ';', 'text/html;q=x'],
  Expect: ['100-continue', 'x'],
  'Content-Encoding': ['gzip', 'x'],
  Authorization: ['Bearer x', 'Basic =='],
  'Last-Event-ID': ['', 'a:1:e', ',', 'x'.repeat(9_000), 'a:99999999999999999999:e'],
  'Idempotency-Key': ['k', '""', 'x'.repeat(300)],
  Connection: ['close', 'keep-alive, Upgrade', 'x'],
  'User-Agent': ['', '\x01\x02', 'Mozilla/5.0 (', 'x'.repeat(7_000)],
  'Sec-WebSocket-Protocol': ['centrifuge-json', ',', 'x, centrifuge-json'],
};

/** What a client sends over its connection: a malformed request, or the start of a WebSocket. */
export function rawRequest(random: Random, site: Site): Uint8Array<ArrayBuffer> {
  if (random.chance(0.02)) return new Uint8Array(randomBytes(random, 400));
  const whole = random.chance(0.15) ? webSocket(random, site) : request(random, site);
  return random.chance(0.3) ? garbleBytes(random, whole) : new Uint8Array(whole);
}

function request(random: Random, site: Site): Uint8Array {
  const isCall = random.chance(0.6);
  const name = random.pick([...site.inputs.keys()]);
  const target = isCall ? `/api/v1/${name}` : random.pick(TARGETS);
  const body = isCall ? callBody(random, site.inputs.get(name)) : Buffer.from(strangeText(random));
  const method = random.chance(0.8) ? (isCall ? 'POST' : 'GET') : random.pick(METHODS);
  // Signing out would invalidate the cookie for the rest of the run.
  const cookie = target.endsWith('signOut') ? '' : site.cookie;
  const fields = [...common(random, { ...site, cookie }), ...framing(random, body.length)];
  const isChunked = fields.some(([field]) => field === 'Transfer-Encoding');
  return Buffer.concat([head(random, `${method} ${target}`, fields), isChunked ? chunked(random, body) : body]);
}

function callBody(random: Random, input: unknown): Buffer {
  if (random.chance(0.01)) return Buffer.alloc(1_100_000, '[');
  const text = oddJson(random, random.chance(0.5) ? input : strangeValue(random));
  return random.chance(0.1)
    ? Buffer.from(text, 'utf16le')
    : Buffer.from(random.chance(0.7) ? text : garble(random, text));
}

function common(random: Random, { host, cookie }: Site): Field[] {
  const fields: Field[] = [];
  if (random.chance(0.97))
    fields.push(['Host', random.chance(0.95) ? host : random.pick(['', 'a b', '[', 'x:99999', '\x7f'])]);
  if (random.chance(0.5)) fields.push(['Cookie', cookie]);
  for (let left = random.between(0, 2); left > 0; left -= 1) {
    const name = random.pick(Object.keys(READ));
    fields.push([name, random.pick(READ[name] as readonly string[])]);
  }
  if (random.chance(0.05))
    fields.push([random.pick([word(random), 'a b', '', ':', 'X'.repeat(9_000)]), strangeText(random)]);
  return fields;
}

/** The length of the body, or the one announced. */
function framing(random: Random, length: number): Field[] {
  const type: Field[] = random.chance(0.95)
    ? [['Content-Type', random.chance(0.8) ? 'application/json' : random.pick(TYPES)]]
    : [];
  const kind = random.between(0, 19);
  if (kind === 0) return [...type, ['Content-Length', random.pick(LENGTHS)]];
  if (kind === 1) return [...type, ['Content-Length', String(length)], ['Transfer-Encoding', 'chunked']];
  if (kind <= 3) return [...type, ['Transfer-Encoding', random.pick(['chunked', 'chunked', 'gzip, chunked', 'x'])]];
  return [...type, ['Content-Length', String(length)]];
}

function chunked(random: Random, body: Uint8Array): Buffer {
  const size = random.chance(0.8) ? body.length.toString(16) : random.pick(['', '-1', 'ffffffffffffffff', 'x', '0']);
  return Buffer.concat([
    Buffer.from(`${size}\r\n`),
    body,
    Buffer.from(random.pick(['\r\n0\r\n\r\n', '\r\n', '0', ''])),
  ]);
}

function head(random: Random, start: string, fields: readonly Field[]): Buffer {
  const version = random.chance(0.97) ? 'HTTP/1.1' : random.pick(['HTTP/1.0', 'HTTP/2', 'HTTP/9.9', 'http/1.1', '']);
  const end = random.chance(0.98) ? '\r\n' : random.pick(['\n', '\r']);
  const lines = [`${start} ${version}`, ...fields.map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.from(lines.join(end), random.chance(0.5) ? 'latin1' : 'utf8');
}

/** A handshake, followed by frames. */
function webSocket(random: Random, site: Site): Uint8Array {
  const fields = [...common(random, site), ...HANDSHAKE.filter(() => random.chance(0.98))];
  const frames = Array.from({ length: random.between(1, 4) }, () => {
    const payload = random.chance(0.5) ? oddJson(random, strangeValue(random)) : randomBytes(random, 150);
    return clientFrame(payload, {
      opcode: random.chance(0.8) ? 1 : random.between(0, 15),
      reservedBits: random.chance(0.9) ? 0 : 0x40,
      masked: random.chance(0.95),
    });
  });
  const connect = clientFrame('{"id":1,"connect":{}}');
  return Buffer.concat([head(random, 'GET /connection/websocket', fields), connect, ...frames]);
}
