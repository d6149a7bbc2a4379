import { describe, expect, test } from 'bun:test';
import { addReaders, applyMembersToReaders, applyToReaders, hasRead, type Readers } from './readers-state.ts';

const reader = (user: string, joinedOffset: number, offset: number) => ({ user, joinedOffset, offset });
const known: Readers = new Map([['ann', reader('ann', 5, 8)]]);

describe('CH5 read receipts', () => {
  test('a message from before a member joined counts as unread by them', () => {
    const read = [4, 5, 6, 8, 9].filter((message) => hasRead(reader('ann', 5, 8), message));
    expect(read).toEqual([6, 8]);
  });

  test('a response adds unknown members, and moves nobody back', () => {
    const later = addReaders(known, [reader('ann', 5, 6), reader('ben', 1, 7)]);
    expect([...later.values()]).toEqual([reader('ann', 5, 8), reader('ben', 1, 7)]);
    expect(addReaders(known, [reader('ann', 5, 9)]).get('ann')).toEqual(reader('ann', 5, 9));
  });

  test('reading moves forward, keeps the join offset, and asks about unknown members', () => {
    expect(applyToReaders(known, { type: 'read', user: 'ann', offset: 9 })?.get('ann')).toEqual(reader('ann', 5, 9));
    expect(applyToReaders(known, { type: 'read', user: 'ann', offset: 7 })).toBe(known);
    expect(applyToReaders(known, { type: 'read', user: 'cy', offset: 7 })).toBeUndefined();
  });

  test('a new member has read nothing, a former member is removed, oneself is not listed', () => {
    const joined = { offset: 12, event: { type: 'joined', by: 'ann', users: ['ben', 'me'], at: 0 } } as const;
    const after = applyMembersToReaders(known, joined, 'me');
    expect(after.get('ben')).toEqual(reader('ben', 12, 12));
    expect(after.has('me')).toBe(false);
    const left = applyMembersToReaders(after, { offset: 13, event: { type: 'left', user: 'ben', at: 0 } }, 'me');
    expect(left).toEqual(known);
    const back = applyMembersToReaders(left, { ...joined, offset: 14 }, 'me');
    expect(back.get('ben')).toEqual(reader('ben', 14, 14));
    // A page read late may have older values.
    expect(applyMembersToReaders(back, { offset: 13, event: { type: 'left', user: 'ben', at: 0 } }, 'me')).toEqual(
      back,
    );
  });
});
