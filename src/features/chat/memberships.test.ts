import { describe, expect, test } from 'bun:test';
import { Memberships } from './memberships.ts';
import type { RoomMembership } from './room-store.ts';

const MEMBER: RoomMembership = { kind: 'group', role: 'member' };

/** Reads that finish when the test says so. */
class SlowRooms {
  readonly reads: PromiseWithResolvers<RoomMembership | undefined>[] = [];
  membership = (): Promise<RoomMembership | undefined> => {
    const read = Promise.withResolvers<RoomMembership | undefined>();
    this.reads.push(read);
    return read.promise;
  };
}

describe('memberships', () => {
  test('are read once for concurrent callers, then cached', async () => {
    const rooms = new SlowRooms();
    const memberships = new Memberships(rooms);
    const asked = [1, 2, 3].map(() => memberships.require('r', 'u'));
    rooms.reads[0]?.resolve(MEMBER);
    expect(await Promise.all(asked)).toEqual([MEMBER, MEMBER, MEMBER]);
    expect(memberships.known('r', 'u')).toEqual(MEMBER);
    await memberships.require('r', 'u');
    expect(rooms.reads).toHaveLength(1);
  });

  test('OR3 waiting callers continue in call order', async () => {
    const rooms = new SlowRooms();
    const memberships = new Memberships(rooms);
    const order: number[] = [];
    const ask = async (number: number) => {
      if (memberships.known('r', 'u') === undefined) await memberships.require('r', 'u');
      order.push(number);
    };
    const asked = [1, 2, 3, 4].map(ask);
    rooms.reads[0]?.resolve(MEMBER);
    await Promise.all(asked);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test('PE3 a read that started before a change is not cached', async () => {
    const rooms = new SlowRooms();
    const memberships = new Memberships(rooms);
    const before = memberships.find('r', 'u');
    memberships.forget('r', ['u']);
    const after = memberships.find('r', 'u');
    rooms.reads[1]?.resolve(undefined);
    expect(await after).toBeUndefined();
    rooms.reads[0]?.resolve(MEMBER);
    expect(await before).toEqual(MEMBER);
    expect(memberships.known('r', 'u')).toBeUndefined();
  });

  test('the absence of a membership is not cached', async () => {
    const rooms = new SlowRooms();
    const memberships = new Memberships(rooms);
    const stranger = memberships.require('r', 'u');
    rooms.reads[0]?.resolve(undefined);
    await expect(stranger).rejects.toMatchObject({ kind: 'notFound' });
    const member = memberships.require('r', 'u');
    rooms.reads[1]?.resolve(MEMBER);
    expect(await member).toEqual(MEMBER);
  });

  test('a failed read is retried by the next caller', async () => {
    const rooms = new SlowRooms();
    const memberships = new Memberships(rooms);
    const failed = memberships.find('r', 'u');
    rooms.reads[0]?.reject(new Error('no disk'));
    await expect(failed).rejects.toThrow('no disk');
    const again = memberships.find('r', 'u');
    rooms.reads[1]?.resolve(MEMBER);
    expect(await again).toEqual(MEMBER);
  });
});
