import { describe, expect, test } from 'bun:test';
import { ClientError } from '../../src/core/errors.ts';
import { Cursor, keyOf } from '../../src/protocols/plain/cursor.ts';
import {
  readChannelRequest,
  readHistoryRequest,
  readPolling,
  readPublishing,
  readStreaming,
} from '../../src/protocols/plain/requests.ts';
import { Random } from '../simulation/random.ts';
import { DECODED, patience } from './amounts.ts';
import { garble, strangeText, word } from './garble.ts';
import { tryHalves } from './halves.ts';
import { SEED } from './seed.ts';

const REQUESTS = DECODED;
const CHANNEL_LIMIT = 5;
/** The allowed heap difference between the halves: less than 35 bytes per request. */
const CHANNELS = ['demo:a', 'log:b', 'room:r', 'a:中文', ''];

/** A query and headers as a client sends them. */
type Asked = { readonly url: string; readonly headers: Headers };

describe('plain HTTP', () => {
  test('accepts what clients send', () => {
    const random = new Random(SEED);
    for (let left = 5_000; left > 0; left -= 1) {
      const cursor = validCursor(random);
      expect(Cursor.parse(cursor).toString()).toBe(cursor);
      expect(check(askedFor(random, cursor))).toBe(3);
    }
  });

  test(
    `parses or refuses ${REQUESTS} malformed requests, and retains nothing (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      await tryHalves({ count: REQUESTS, tryMany: (count) => checkMany(random, count), least: 0.2, most: 0.95 });
    },
    patience(REQUESTS),
  );
});

/** How many of this many requests were refused by one of the readers. */
function checkMany(random: Random, count: number): number {
  let refused = 0;
  for (let left = count; left > 0; left -= 1) {
    const cursor = random.chance(0.5) ? garble(random, validCursor(random)) : strangeText(random);
    const asked = garbled(random, askedFor(random, random.chance(0.4) ? validCursor(random) : cursor));
    if (check(asked) < 3) refused += 1;
  }
  return refused;
}

/** How many of the three readers accepted it. Fails if one does anything but parse or refuse. */
function check({ url, headers }: Asked): number {
  try {
    const streaming = reading(() => readStreaming(url, headers, CHANNEL_LIMIT));
    const polling = reading(() => readPolling(url, headers, CHANNEL_LIMIT));
    const publishing = reading(() => readPublishing(url, headers));
    const looking = reading(() => readChannelRequest(url, headers));
    const remembering = reading(() => readHistoryRequest(url, headers));
    for (const { channel } of [looking, remembering].filter((read) => read !== undefined)) expect(channel).toBeString();
    if (remembering !== undefined) expect(Number.isSafeInteger(remembering.limit)).toBe(true);
    for (const listening of [streaming, polling]) if (listening !== undefined) checkListening(listening);
    if (polling !== undefined) expect(polling.waitMs >= 0 && polling.waitMs <= 55_000).toBe(true);
    if (publishing?.key !== undefined) expect(publishing.key).toMatch(/^[\x20-\x7e]{1,128}$/);
    return [streaming, polling, publishing].filter((read) => read !== undefined).length;
  } catch (cause) {
    throw new Error(`SEED=${SEED}: ${JSON.stringify([url, [...headers]])}`, { cause });
  }
}

/** What the core assumes. */
function checkListening({ channels, cursor, token }: ReturnType<typeof readStreaming>): void {
  expect(channels.length > 0 && channels.length <= CHANNEL_LIMIT && new Set(channels).size === channels.length).toBe(
    true,
  );
  expect(typeof token).toBe('string');
  const text = cursor.toString();
  expect(text).toMatch(/^[\x21-\x7e]*$/);
  expect(Cursor.parse(text).toString()).toBe(text);
  for (const channel of channels) {
    const since = cursor.since(channel);
    if (since === undefined) continue;
    expect(since.epoch).not.toBe('');
    expect(Number.isSafeInteger(since.offset) && since.offset >= 0).toBe(true);
  }
}

/** Undefined if refused. */
function reading<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClientError && error.status === 400) return undefined;
    throw error;
  }
}

function validCursor(random: Random): string {
  const cursor = new Cursor();
  for (const channel of CHANNELS.slice(0, random.between(0, CHANNELS.length))) {
    cursor.set(channel, { epoch: random.pick(['', 'e1', 'mw-0', '%,:é']), offset: random.between(0, 2 ** 40) });
  }
  expect(CHANNELS.every((channel) => /^[0-9a-z]+$/.test(keyOf(channel)))).toBe(true);
  return cursor.toString();
}

function askedFor(random: Random, cursor: string): Asked {
  const channels = CHANNELS.slice(0, random.between(1, CHANNELS.length)).map((channel) => ['channel', channel]);
  const inHeader = random.chance(0.5);
  const reads = [
    ['limit', String(random.between(0, 400))],
    ['since', String(random.between(0, 99))],
  ];
  const query = [
    ...channels,
    ...reads,
    ['timeout', String(random.between(0, 55))],
    ...(inHeader ? [] : [['cursor', cursor]]),
  ];
  const fields = [
    ['Idempotency-Key', word(random)],
    ['Authorization', `Bearer ${word(random)}`],
  ];
  return {
    url: `http://x/any?${new URLSearchParams(query as [string, string][])}`,
    headers: headersOf([...fields, ...(inHeader ? [['Last-Event-ID', cursor]] : [])] as [string, string][]),
  };
}

function garbled(random: Random, { url, headers }: Asked): Asked {
  const [path = '', query = ''] = url.split('?');
  const changed = random.chance(0.4) ? garble(random, query).replaceAll(/[#\0-\x20]/g, '') : query;
  const more: [string, string][] = random.chance(0.3)
    ? [[random.pick(['Idempotency-Key', 'Authorization', 'Last-Event-ID']), strangeText(random)]]
    : [];
  return { url: `${path}?${changed}`, headers: headersOf([...headers, ...more]) };
}

/** Without characters that headers cannot contain. */
function headersOf(fields: readonly (readonly [string, string])[]): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.set(name, value.replaceAll(/[^\x20-\x7e\x80-\xff]/g, ''));
  return headers;
}
