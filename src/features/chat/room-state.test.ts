import { describe, expect, test } from 'bun:test';
import type { RoomSummary } from '../../contracts/chat/contract.ts';
import type { RoomEventBody } from '../../contracts/chat/events.ts';
import { applyRead, applyToMembers, applyToRoom, type RoomItem, toRoomItem } from './room-state.ts';

const SUMMARY: RoomSummary = {
  id: 'r',
  kind: 'group',
  title: 'Tea',
  avatar: null,
  peer: null,
  memberCount: 2,
  role: 'owner',
  top: 10,
  readOffset: 8,
  unread: 1,
  lastMessage: null,
  activeAt: 5_000,
};

const after = (item: RoomItem, ...publications: readonly [offset: number, body: RoomEventBody][]): RoomItem =>
  publications.reduce((sum, [offset, body]) => {
    return applyToRoom(sum, { offset, event: { ...body, at: offset * 1_000 } }, 'me');
  }, item);
const from = (sender: string, text = 'x'): RoomEventBody => ({ type: 'message', sender, key: 'some-key', text });

describe('an item of the room list', () => {
  const item = toRoomItem(SUMMARY);

  test('CH4 counts each message of others once, and no own ones', () => {
    const counted = after(item, [10, from('ben')], [11, from('ben')], [12, from('me')], [12, from('ben')]);
    expect(counted.summary).toMatchObject({ unread: 2, top: 12, activeAt: 12_000 });
  });

  test('counts to 100', () => {
    const flood = Array.from({ length: 150 }, (_, index) => [11 + index, from('ben')] as [number, RoomEventBody]);
    expect(after(item, ...flood).summary.unread).toBe(100);
    const read = applyRead(after(item, ...flood), { offset: 100, unread: 60, top: 160 });
    expect(read.summary.unread).toBe(60);
  });

  test('CH4 a read mark and a message that cross end in the same count in either order', () => {
    // The server counted at 12: one unread, the message at 12. The message at 13 arrived after.
    const mark = { offset: 11, unread: 1, top: 12 };
    const late = applyRead(after(item, [11, from('ben')], [12, from('ben')], [13, from('ben')]), mark);
    const early = after(applyRead(item, mark), [11, from('ben')], [12, from('ben')], [13, from('ben')]);
    expect([late.summary.unread, early.summary.unread]).toEqual([2, 2]);
    expect(late.summary).toEqual(early.summary);
  });

  test('CH4 the read offset never decreases', () => {
    const read = applyRead(item, { offset: 10, unread: 0, top: 10 });
    expect(applyRead(read, { offset: 9, unread: 1, top: 10 })).toBe(read);
  });

  test('shows the last message as it is now', () => {
    const said = after(item, [11, from('ben', 'old')], [12, { type: 'edited', message: 11, by: 'ben', text: 'new' }]);
    expect(said.summary.lastMessage).toMatchObject({ offset: 11, text: 'new', editedAt: 12_000 });
    const recalled = after(
      said,
      [13, { type: 'recalled', message: 11, by: 'ben' }],
      [14, { type: 'edited', message: 11, by: 'ben', text: 'again' }],
    );
    expect(recalled.summary.lastMessage).toMatchObject({ text: '', recalledAt: 13_000 });
  });

  test('follows title, picture, member and own role changes', () => {
    const changed = after(
      item,
      [11, { type: 'renamed', by: 'ben', title: 'Coffee' }],
      [12, { type: 'pictured', by: 'ben', avatar: 'a.webp' }],
      [13, { type: 'joined', by: 'ben', users: ['cy', 'di'] }],
      [14, { type: 'left', user: 'cy' }],
      [15, { type: 'promoted', by: 'me', user: 'ben', role: 'owner' }],
    );
    expect(changed.summary).toMatchObject({
      title: 'Coffee',
      avatar: 'a.webp',
      memberCount: 3,
      role: 'admin',
      top: 15,
    });
  });
});

test('the member panel follows joins, leaves and role changes', () => {
  const log: RoomEventBody[] = [
    { type: 'created', by: 'ann', kind: 'group', title: 'Tea', users: ['ann', 'ben'] },
    { type: 'joined', by: 'cy', users: ['cy', 'ben'] },
    { type: 'promoted', by: 'ann', user: 'ben', role: 'owner' },
    { type: 'removed', by: 'ben', user: 'cy' },
    from('ann'),
  ];
  const members = log.reduce(
    (sum, body, index) => applyToMembers(sum, { offset: index + 1, event: { ...body, at: index } }),
    [] as ReturnType<typeof applyToMembers>,
  );
  expect(members).toEqual([
    { user: 'ann', role: 'admin', joinedAt: 0 },
    { user: 'ben', role: 'owner', joinedAt: 0 },
  ]);
});
