import { describe, expect, test } from 'bun:test';
import type { Message, TimelineEntry } from '../../../contracts/chat/contract.ts';
import type { OutboxItem } from './outbox-storage.ts';
import { buildRows, type Row, type RowsInput } from './rows.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const message = (offset: number, changes: Partial<Message> = {}): TimelineEntry => ({
  kind: 'message',
  message: {
    ...{ offset, key: `key-${offset}`, sender: 'ben', text: 'x', sentAt: offset },
    ...{ editedAt: null, recalledAt: null, replyTo: null, reactions: [], ...changes },
  },
});
const notice = (offset: number, at = offset): TimelineEntry => {
  return { kind: 'notice', offset, at, event: { type: 'left', at, user: 'eve' } };
};
const unsent = (key: string, createdAt: number): OutboxItem => {
  return { key, user: 'ann', room: 'tea', text: 'x', replyTo: null, createdAt, failure: null };
};

function rows(entries: readonly TimelineEntry[], changes: Partial<RowsInput> = {}): readonly Row[] {
  const dayKey = (ms: number) => String(Math.floor(ms / DAY));
  return buildRows({ entries, unsent: [], me: 'ann', readOffset: null, dayKey, ...changes });
}

const kinds = (all: readonly Row[]) => all.map(({ kind }) => kind);
/** For each message whether it begins a group. */
const starts = (all: readonly Row[]) => all.flatMap((row) => ('startsGroup' in row ? [row.startsGroup] : []));

describe('days', () => {
  test('each begins with a divider', () => {
    const all = rows([message(1), notice(2), message(3, { sentAt: DAY }), message(4, { sentAt: 3 * DAY })]);
    expect(kinds(all)).toEqual(['day', 'message', 'notice', 'day', 'message', 'day', 'message']);
    expect(all.filter(({ kind }) => kind === 'day')).toEqual([
      { kind: 'day', key: 'day-0', at: 1 },
      { kind: 'day', key: 'day-1', at: DAY },
      { kind: 'day', key: 'day-3', at: 3 * DAY },
    ]);
  });

  test('an empty room has none', () => {
    expect(rows([])).toEqual([]);
  });

  test('an unsent message of another day is under its day', () => {
    const all = rows([message(1)], { unsent: [unsent('a', DAY)] });
    expect(kinds(all)).toEqual(['day', 'message', 'day', 'unsent']);
  });
});

describe('groups', () => {
  test('are one person’s messages with less than five minutes between them', () => {
    const at = [0, 5, 10, 15.1, 16].map((minutes, index) => message(index + 1, { sentAt: minutes * MINUTE }));
    expect(starts(rows(at))).toEqual([true, false, false, true, false]);
  });

  test('end where another person writes, a notice, a day or a reply begins', () => {
    const replyTo = { offset: 1, sender: 'ann', text: 'x', recalled: false };
    expect(starts(rows([message(1), message(2, { sender: 'eve' }), message(3)]))).toEqual([true, true, true]);
    expect(starts(rows([message(1), notice(2), message(3)]))).toEqual([true, true]);
    expect(starts(rows([message(1, { sentAt: DAY - 1 }), message(2, { sentAt: DAY })]))).toEqual([true, true]);
    expect(starts(rows([message(1), message(2, { replyTo }), message(3)]))).toEqual([true, true, false]);
  });

  test('continue into unsent messages', () => {
    const own = message(1, { sender: 'ann' });
    const waiting = [unsent('a', 2), unsent('b', 3), unsent('c', 3 + 6 * MINUTE)];
    expect(starts(rows([own], { unsent: waiting }))).toEqual([true, false, false, true]);
    expect(starts(rows([message(1)], { unsent: waiting.slice(0, 1) }))).toEqual([true, true]);
  });
});

describe('the new-message line', () => {
  test('is above the first unread message of others, and splits a group', () => {
    const all = rows([message(1), message(2), message(3)], { readOffset: 1 });
    expect(kinds(all)).toEqual(['day', 'message', 'new', 'message', 'message']);
    expect(starts(all)).toEqual([true, true, false]);
  });

  test('appears once, below the day it belongs to', () => {
    const all = rows([message(1), message(2, { sentAt: DAY }), message(3, { sentAt: 2 * DAY })], { readOffset: 1 });
    expect(kinds(all)).toEqual(['day', 'message', 'day', 'new', 'message', 'day', 'message']);
  });

  test('is absent for own messages and notices, if everything is read, and if not requested', () => {
    const own = { sender: 'ann' };
    expect(kinds(rows([message(1), message(2, own), notice(3)], { readOffset: 1 }))).not.toContain('new');
    expect(kinds(rows([message(1), message(2)], { readOffset: 2 }))).not.toContain('new');
    expect(kinds(rows([message(1), message(2)], { readOffset: null }))).not.toContain('new');
    expect(kinds(rows([message(1, own), message(2)], { readOffset: 0 }))).toEqual(['day', 'message', 'new', 'message']);
  });
});

describe('an own message', () => {
  test('is last while it waits, and keeps its row once it is sent', () => {
    const waiting = rows([message(1)], { unsent: [unsent('mine', 2)] });
    const echo = message(2, { key: 'mine', sender: 'ann' });
    const sent = rows([message(1), echo], { unsent: [unsent('mine', 2)] });
    expect(kinds(waiting)).toEqual(['day', 'message', 'unsent']);
    expect(kinds(sent)).toEqual(['day', 'message', 'message']);
    expect(sent.map(({ key }) => key)).toEqual(waiting.map(({ key }) => key));
  });

  test('is not confused with another person’s that has the same key', () => {
    const all = rows([message(1, { key: 'mine' })], { unsent: [unsent('mine', 2)] });
    expect(kinds(all)).toEqual(['day', 'message', 'unsent']);
    expect(new Set(all.map(({ key }) => key)).size).toBe(3);
  });
});
