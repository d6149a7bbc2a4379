import { describe, expect, test } from 'bun:test';
import { keyOf } from './cursor.ts';
import { readPolling, readPublishing, readStreaming } from './requests.ts';

const AT = 'http://x/any';
const stream = (query: string, headers: Record<string, string> = {}) =>
  readStreaming(`${AT}?${query}`, new Headers(headers), 3);
const poll = (query: string) => readPolling(`${AT}?${query}`, new Headers(), 3);
const publish = (query: string, headers: Record<string, string> = {}) =>
  readPublishing(`${AT}?${query}`, new Headers(headers));

describe('a listening request', () => {
  test('names channels, each once, up to the limit of a connection', () => {
    expect(stream('channel=demo:a&channel=demo%3Ab&channel=demo:a').channels).toEqual(['demo:a', 'demo:b']);
    expect(() => stream('')).toThrow('is missing');
    expect(() => stream('channel=a&channel=b&channel=c&channel=d')).toThrow('at most 3 channels');
  });

  test('gives its position in Last-Event-ID, which EventSource sends, or in cursor', () => {
    const key = keyOf('demo:a');
    const header = { 'Last-Event-ID': `${key}:5:e` };
    expect(stream(`channel=demo:a&cursor=${key}:4:e`, header).cursor.since('demo:a')?.offset).toBe(5);
    expect(stream(`channel=demo:a&cursor=${key}:4:e`).cursor.since('demo:a')?.offset).toBe(4);
    expect(stream('channel=demo:a').cursor.since('demo:a')).toBeUndefined();
    expect(() => stream('channel=demo:a&cursor=none')).toThrow('is not a cursor');
    expect(poll(`channel=demo:b&cursor=${key}:4:e`).cursor.toString()).toBe('');
  });

  test('RE8 an invalid Last-Event-ID is a position in no epoch, whatever else is given', () => {
    for (const id of [
      '42',
      'no cursor',
      'x'.repeat(9_000),
      '{"id":1}',
      '1-0',
      `${keyOf('demo:a')}:9007199254740993:e`,
    ]) {
      const { cursor } = stream('channel=demo:a&cursor=none', { 'Last-Event-ID': id });
      expect(cursor.since('demo:a')).toEqual({ epoch: '?', offset: 0 });
      expect(cursor.toString()).toBe('');
    }
  });

  test('authenticates by query or header', () => {
    expect(stream('channel=a&token=t1', { Authorization: 'Bearer t2' }).token).toBe('t1');
    expect(stream('channel=a', { Authorization: 'bearer  t2' }).token).toBe('t2');
    expect(stream('channel=a', { Authorization: 'Basic abc' }).token).toBe('');
  });

  test('has subscription tokens for some of its channels', () => {
    const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    const [a, b] = [jwt({ channel: 'a' }), jwt({ channel: 'b' })];
    const asked = stream(`channel=a&channel=b&channel=c&subscription_token=${a}&subscription_token=${b}`);
    expect([...asked.subscriptionTokens]).toEqual([
      ['a', a],
      ['b', b],
    ]);
    expect(() => stream(`channel=b&subscription_token=${a}`)).toThrow('is for another channel');
    for (const wrong of ['', 'x', 'e30.e30.x', jwt({ channel: 1 }), 'e30.!.x']) {
      expect(() => stream(`channel=a&subscription_token=${wrong}`)).toThrow('is not a token with a channel');
    }
  });

  test('waits 25 s by default, or as long as it requests, up to what proxies allow', () => {
    expect(poll('channel=a').waitMs).toBe(25_000);
    expect(poll('channel=a&timeout=0').waitMs).toBe(0);
    expect(poll('channel=a&timeout=55').waitMs).toBe(55_000);
    for (const wrong of ['56', '-1', '1.5', 'x', '', '100', '1e1']) {
      expect(() => poll(`channel=a&timeout=${wrong}`)).toThrow('must be seconds, from 0 to 55');
    }
  });
});

describe('a publish request', () => {
  test('may have a key, with or without quotes', () => {
    expect(publish('channel=a', { 'Idempotency-Key': '"k 1"' }).key).toBe('k 1');
    expect(publish('channel=a', { 'Idempotency-Key': 'k-1' }).key).toBe('k-1');
    expect(publish('channel=a').key).toBeUndefined();
    expect(publish('').channel).toBeUndefined();
    for (const wrong of ['""', 'a b', '"a', 'x'.repeat(129), 'é']) {
      expect(() => publish('', { 'Idempotency-Key': wrong })).toThrow('must have 1 to 128 ASCII characters');
    }
  });
});
