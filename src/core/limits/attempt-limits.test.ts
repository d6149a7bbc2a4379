import { describe, expect, test } from 'bun:test';
import type { Clock } from '../../ports/clock.ts';
import { ClientError } from '../errors.ts';
import { AttemptLimiter, networkOf } from './attempt-limits.ts';

function fakeClock() {
  let time = 1_000_000;
  const clock: Clock = { now: () => time, after: () => () => undefined, soon: () => undefined };
  const pass = (ms: number) => {
    time += ms;
  };
  return { clock, pass };
}

function refusal(attempt: () => void): ClientError | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

describe('attempt limits', () => {
  const rule = { attempts: 3, windowMs: 60_000 };

  test('AU2 above the limit attempts are refused until the window ends, with the retry delay', () => {
    const { clock, pass } = fakeClock();
    const limiter = new AttemptLimiter(clock, rule);
    for (let attempt = 0; attempt < 3; attempt += 1) limiter.take('ann');
    pass(20_500);
    const refused = refusal(() => limiter.take('ann'));
    expect(refused).toMatchObject({ kind: 'rateLimited', status: 429, retryAfter: 40 });
    pass(39_500);
    expect(refusal(() => limiter.take('ann'))).toBeUndefined();
  });

  test('keys have separate counts', () => {
    const limiter = new AttemptLimiter(fakeClock().clock, rule);
    for (let attempt = 0; attempt < 3; attempt += 1) limiter.take('ann');
    expect(refusal(() => limiter.take('bob'))).toBeUndefined();
  });

  test('a refunded attempt does not count, and refunds never exceed the limit', () => {
    const limiter = new AttemptLimiter(fakeClock().clock, rule);
    limiter.giveBack('ann');
    for (let round = 0; round < 10; round += 1) {
      limiter.take('ann');
      limiter.giveBack('ann');
    }
    for (let attempt = 0; attempt < 3; attempt += 1) limiter.take('ann');
    expect(refusal(() => limiter.take('ann'))?.kind).toBe('rateLimited');
  });

  test('a clock that steps back locks nobody out for longer than a window', () => {
    const { clock, pass } = fakeClock();
    const limiter = new AttemptLimiter(clock, rule);
    for (let attempt = 0; attempt < 3; attempt += 1) limiter.take('ann');
    pass(-500_000);
    expect(refusal(() => limiter.take('ann'))).toBeUndefined();
  });

  test('a flood of keys uses bounded memory', () => {
    const limiter = new AttemptLimiter(fakeClock().clock, rule);
    Bun.gc(true);
    const before = process.memoryUsage().heapUsed;
    for (let key = 0; key < 300_000; key += 1) limiter.take(`key ${key}`);
    Bun.gc(true);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  });
});

describe('networks', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ];
  for (const [address, network] of CASES) {
    test(`AU2 ${address || 'no address'} counts as ${network || 'itself'}`, () =>
      expect(networkOf(address)).toBe(network));
  }
});
