import { describe, expect, test } from 'bun:test';
import { keyOf } from './cursor.ts';
import { readPolling, readPublishing, readStreaming } from './requests.ts';

const AT = 'http://x/any';
const stream = (query: string, headers: Record<string, string> = {}) =>
  readStreaming(`${AT}?${query}`, new Headers(headers), 3);
const poll = (query: string) => readPolling(`${AT}?${query}`, new Headers(), 3);
const publish = (query: string, headers: Record<string, string> = {}) =>
  readPublishing(`${AT}?${query}`, new Headers(headers));

describe('a request to listen', () => {
  test('names channels, each once, as many as a connection may have', () => {
    expect(stream('channel=demo:a&channel=demo%3Ab&channel=demo:a').channels).toEqual(['demo:a', 'demo:b']);
    expect(() => stream('')).toThrow('is missing');
    expect(() => stream('channel=a&channel=b&channel=c&channel=d')).toThrow('at most 3 channels');
  });

  test('says where it stopped: by Last-Event-ID, which EventSource sends, or by cursor', () => {
    const key = keyOf('demo:a');
    const header = { 'Last-Event-ID': `${key}:5:e` };
    expect(stream(`channel=demo:a&cursor=${key}:4:e`, header).cursor.since('demo:a')?.offset).toBe(5);
    expect(stream(`channel=demo:a&cursor=${key}:4:e`).cursor.since('demo:a')?.offset).toBe(4);
    expect(stream('channel=demo:a').cursor.since('demo:a')).toBeUndefined();
    expect(() => stream('channel=demo:a&cursor=none')).toThrow('is no cursor');
    expect(poll(`channel=demo:b&cursor=${key}:4:e`).cursor.toString()).toBe('');
  });

  test('RE8 a Last-Event-ID that is no cursor stands for a place in no epoch, whatever else is said', () => {
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

  test('says who asks, by query or header', () => {
    expect(stream('channel=a&token=t1', { Authorization: 'Bearer t2' }).token).toBe('t1');
    expect(stream('channel=a', { Authorization: 'bearer  t2' }).token).toBe('t2');
    expect(stream('channel=a', { Authorization: 'Basic abc' }).token).toBe('');
  });

  test('brings a subscription token for some of its channels', () => {
    const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    const [a, b] = [jwt({ channel: 'a' }), jwt({ channel: 'b' })];
    const asked = stream(`channel=a&channel=b&channel=c&subscription_token=${a}&subscription_token=${b}`);
    expect([...asked.subscriptionTokens]).toEqual([
      ['a', a],
      ['b', b],
    ]);
    expect(() => stream(`channel=b&subscription_token=${a}`)).toThrow('is for another channel');
    for (const wrong of ['', 'x', 'e30.e30.x', jwt({ channel: 1 }), 'e30.!.x']) {
      expect(() => stream(`channel=a&subscription_token=${wrong}`)).toThrow('is no token with a channel');
    }
  });

  test('waits 25 s, or as long as it says, and no longer than a proxy would let it', () => {
    expect(poll('channel=a').waitMs).toBe(25_000);
    expect(poll('channel=a&timeout=0').waitMs).toBe(0);
    expect(poll('channel=a&timeout=55').waitMs).toBe(55_000);
    for (const wrong of ['56', '-1', '1.5', 'x', '', '100', '1e1']) {
      expect(() => poll(`channel=a&timeout=${wrong}`)).toThrow('must be seconds, from 0 to 55');
    }
  });
});

describe('a request to publish', () => {
  test('may carry a key, in quotes or without', () => {
    expect(publish('channel=a', { 'Idempotency-Key': '"k 1"' }).key).toBe('k 1');
    expect(publish('channel=a', { 'Idempotency-Key': 'k-1' }).key).toBe('k-1');
    expect(publish('channel=a').key).toBeUndefined();
    expect(publish('').channel).toBeUndefined();
    for (const wrong of ['""', 'a b', '"a', 'x'.repeat(129), 'é']) {
      expect(() => publish('', { 'Idempotency-Key': wrong })).toThrow('must have 1 to 128 ASCII characters');
    }
  });
});
