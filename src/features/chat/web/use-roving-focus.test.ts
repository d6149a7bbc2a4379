import { describe, expect, test } from 'bun:test';
import type { Message } from '../../../contracts/chat/contract.ts';
import type { Row } from './rows.ts';
import { nextIndex } from './use-roving-focus.ts';

const said = (offset: number, recalledAt: number | null = null): Row => {
  const rest = { text: '', sentAt: 0, editedAt: null, recalledAt, replyTo: null, reactions: [] };
  const message: Message = { offset, key: `key-${offset}`, sender: 'ann', ...rest };
  return { kind: 'message', key: `m-${offset}`, message, startsGroup: false };
};
const rows: readonly Row[] = [
  { kind: 'day', key: 'day', at: 0 },
  said(1),
  said(2, 7),
  { kind: 'new', key: 'new' },
  said(3),
];

describe('the arrow keys in a timeline', () => {
  test('move between messages, skipping everything else', () => {
    expect([nextIndex(rows, 'ArrowDown', 1), nextIndex(rows, 'ArrowUp', 4)]).toEqual([4, 1]);
  });

  test('stop at both ends, which Home and End reach', () => {
    expect([nextIndex(rows, 'ArrowUp', 1), nextIndex(rows, 'ArrowDown', 4)]).toEqual([undefined, undefined]);
    expect([nextIndex(rows, 'Home', 4), nextIndex(rows, 'End', 1)]).toEqual([1, 4]);
    expect(nextIndex(rows, 'x', 1)).toBeUndefined();
  });
});
