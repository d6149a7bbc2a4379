import { describe, expect, test } from 'bun:test';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { searchRooms } from './room-search.ts';

describe('searching', () => {
  const rooms = ['Éclair & Tea', '产品讨论', '陈本 ben.chen', ''].map(
    (title): RoomSummary => ({
      ...{ id: title, kind: 'group', title, avatar: null, peer: null, memberCount: 2, role: 'member' },
      ...{ top: 1, readOffset: 1, unread: 0, lastMessage: null, activeAt: 0 },
    }),
  );

  test.each([
    ['', 4],
    ['  ', 4],
    ['tea', 1],
    [' ÉCLAIR ', 1],
    ['讨论', 1],
    ['Ben.C', 1],
    ['n', 1],
    ['nothing like it', 0],
  ])('%j finds rooms by a part of their name', (search, count) => {
    const found = searchRooms(rooms, search, ({ title }) => title);
    expect(found).toHaveLength(count);
  });

  test('keeps the order of the list', () => {
    expect(searchRooms(rooms, 'e', ({ title }) => title).map(({ id }) => id)).toEqual([
      'Éclair & Tea',
      '陈本 ben.chen',
    ]);
  });
});
