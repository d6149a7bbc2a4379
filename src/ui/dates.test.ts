import { afterEach, describe, expect, test } from 'bun:test';
import { dayKey, formatAgo, formatClock, formatDay, formatShort } from './dates.ts';

const ZONE = process.env.TZ ?? 'Etc/UTC';
afterEach(() => {
  process.env.TZ = ZONE;
});

const at = (text: string) => new Date(text).getTime();
const NOW = at('2026-11-21T15:30:00');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** ICU writes narrow no-break spaces where people type plain ones. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ');

describe('the clock', () => {
  test.each([
    ['en', '2:05 PM'],
    ['en-GB', '14:05'],
    ['zh-CN', '14:05'],
  ])('in %s', (language, expected) => {
    expect(plain(formatClock(at('2026-11-21T14:05:09'), language))).toBe(expected);
  });
});

describe('a day', () => {
  test.each([
    ['2026-11-21T00:00:00', 'Today', '今天'],
    ['2026-11-20T23:59:59', 'Yesterday', '昨天'],
    ['2026-11-19T12:00:00', 'Thursday', '星期四'],
    ['2026-11-15T12:00:00', 'Sunday', '星期日'],
    ['2026-11-14T12:00:00', 'Sat, November 14', '11月14日周六'],
    ['2025-12-31T12:00:00', 'Wed, December 31, 2025', '2025年12月31日周三'],
    ['2026-11-22T00:10:00', 'Sun, November 22', '11月22日周日'],
  ])('%s', (moment, english, chinese) => {
    expect(plain(formatDay(at(moment), 'en', NOW))).toBe(english);
    expect(plain(formatDay(at(moment), 'zh-CN', NOW))).toBe(chinese);
  });

  test.each([
    ['2026-11-21T09:05:00', '9:05 AM', '9:05'],
    ['2026-11-20T09:05:00', 'Yesterday', '昨天'],
    ['2026-11-16T09:05:00', 'Mon', '周一'],
    ['2026-11-01T09:05:00', '11/1/26', '26/11/1'],
  ])('%s in a list', (moment, english, chinese) => {
    expect(plain(formatShort(at(moment), 'en', NOW))).toBe(english);
    expect(plain(formatShort(at(moment), 'zh-CN', NOW))).toBe(chinese);
  });

  test.each(['Europe/Berlin', 'Asia/Shanghai', 'America/Sao_Paulo', 'Pacific/Apia'])('is one of %s', (zone) => {
    process.env.TZ = zone;
    const midnight = at('2026-11-21T00:00:00');
    expect(dayKey(midnight)).toBe('2026-11-21');
    expect(dayKey(midnight - 1)).toBe('2026-11-20');
    expect(formatDay(midnight - 1, 'en', midnight)).toBe('Yesterday');
  });

  test('of 23 or 25 hours is still yesterday', () => {
    process.env.TZ = 'Europe/Berlin';
    for (const change of ['2026-03-29', '2026-10-25']) {
      const before = at(`${change}T00:30:00`);
      const after = at(`${change}T23:30:00`);
      expect(dayKey(before)).toBe(dayKey(after));
      expect(formatDay(before, 'en', after)).toBe('Today');
      expect(formatDay(before, 'en', after + 2 * HOUR)).toBe('Yesterday');
      expect(formatDay(before - HOUR, 'en', after)).toBe('Yesterday');
    }
  });
});

describe('how long ago', () => {
  test.each([
    [0, 'this minute', '此刻'],
    [-5 * MINUTE, 'this minute', '此刻'],
    [5 * MINUTE, '5 minutes ago', '5分钟前'],
    [59 * MINUTE, '59 minutes ago', '59分钟前'],
    [60 * MINUTE, '1 hour ago', '1小时前'],
    [5 * HOUR, '5 hours ago', '5小时前'],
    [DAY, 'yesterday', '昨天'],
    [3 * DAY, '3 days ago', '3天前'],
  ])('%d ms', (ms, english, chinese) => {
    expect(formatAgo(NOW - ms, 'en', NOW)).toBe(english);
    expect(formatAgo(NOW - ms, 'zh-CN', NOW)).toBe(chinese);
  });
});
