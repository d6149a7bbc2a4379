import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../../client/client.ts';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import type { RoomEventBody } from '../../../contracts/chat/events.ts';
import type { RoomPublication } from '../state.ts';
import { RoomListStore } from './room-list.ts';

const summary = (id: string, changes: Partial<RoomSummary> = {}): RoomSummary => ({
  ...{ id, kind: 'group', title: id, avatar: null, peer: null, memberCount: 2, role: 'member', lastMessage: null },
  ...{ top: 10, readOffset: 10, unread: 0, activeAt: 0, ...changes },
});
const said = (offset: number, sender = 'ben'): RoomPublication => {
  const body: RoomEventBody = { type: 'message', sender, key: `key-${offset}`, text: String(offset) };
  return { offset, event: { ...body, at: offset } };
};

/** The server's side of the list: its current responses, and held-back ones. */
class Rooms {
  all: RoomSummary[];
  readonly asked: string[] = [];
  held: (() => void)[] | undefined;
  failing = false;
  pageSize = 100;

  constructor(...all: RoomSummary[]) {
    this.all = all;
  }

  async #answer(name: string, { room, after }: { room?: string; after?: string }): Promise<unknown> {
    this.asked.push(room ?? name);
    const from = after === undefined ? 0 : Number(after);
    const page = this.all.slice(from, from + this.pageSize);
    const next = from + this.pageSize < this.all.length ? String(from + this.pageSize) : null;
    const found = this.all.find(({ id }) => id === room);
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
    if (this.failing || (room !== undefined && found === undefined)) throw new Error('not found');
    return found ?? { rooms: page, next };
  }

  letGo(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const each of held) each();
  }

  readonly client = {
    call: ((name: string, input: object) => this.#answer(name, input)) as unknown as Client['call'],
  };
}

const settled = () => Bun.sleep(1);
const idsOf = (store: RoomListStore) => {
  const list = store.state.get();
  return list.kind === 'ready' ? list.rooms.map(({ id }) => id) : list.kind;
};

async function loaded(rooms: Rooms): Promise<RoomListStore> {
  const store = new RoomListStore(rooms.client, 'ann');
  await store.load();
  return store;
}

describe('the room list', () => {
  test('lists the most recently active room first, and moves a room there on a message', async () => {
    const store = await loaded(new Rooms(summary('a', { activeAt: 1 }), summary('b', { activeAt: 3 }), summary('c')));
    expect(idsOf(store)).toEqual(['b', 'a', 'c']);
    store.apply('c', said(11));
    expect(idsOf(store)).toEqual(['c', 'b', 'a']);
    store.apply('a', { offset: 11, event: { type: 'reacted', message: 10, by: 'ben', emoji: '👍', on: true, at: 99 } });
    expect(idsOf(store)).toEqual(['c', 'b', 'a']);
  });

  test('loads all pages, up to a thousand rooms', async () => {
    const rooms = new Rooms(...Array.from({ length: 25 }, (_, number) => summary(`r${number}`)));
    rooms.pageSize = 2;
    expect(idsOf(await loaded(rooms))).toHaveLength(20);
    rooms.pageSize = 3;
    expect(idsOf(await loaded(rooms))).toHaveLength(25);
  });

  test('reports a failed load, but keeps what it has', async () => {
    const rooms = new Rooms(summary('a'));
    rooms.failing = true;
    const store = await loaded(rooms);
    expect(idsOf(store)).toBe('failed');
    rooms.failing = false;
    await store.load();
    rooms.failing = true;
    await store.load();
    expect(idsOf(store)).toEqual(['a']);
  });

  test('drops a room that no longer exists, but not one added during the load', async () => {
    const rooms = new Rooms(summary('a'), summary('b'));
    const store = await loaded(rooms);
    rooms.all = [summary('b')];
    rooms.held = [];
    const loading = store.load();
    store.put(summary('new', { activeAt: 9 }));
    rooms.letGo();
    await loading;
    expect(idsOf(store)).toEqual(['new', 'b']);
  });
});

describe('unread', () => {
  test("CH4 counts others' messages until they are read, here or elsewhere", async () => {
    const store = await loaded(new Rooms(summary('a')));
    for (const each of [said(11), said(12), said(13, 'ann'), said(12)]) store.apply('a', each);
    expect(store.get('a')).toMatchObject({ unread: 2, top: 13, lastMessage: { text: '13' } });
    store.applyOwn({ type: 'room.read', room: 'a', offset: 11, unread: 1, top: 13 });
    expect(store.get('a')).toMatchObject({ unread: 1, readOffset: 11 });
    store.read('a', { offset: 13, unread: 0, top: 13 });
    store.applyOwn({ type: 'room.read', room: 'a', offset: 11, unread: 1, top: 13 });
    expect(store.get('a')).toMatchObject({ unread: 0, readOffset: 13 });
  });

  test('CH4 is correct for a room whose messages arrive before the room itself', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    rooms.all.push(summary('new', { top: 2, readOffset: 0, unread: 2 }));
    rooms.held = [];
    for (const offset of [2, 3, 4]) store.apply('new', said(offset));
    expect(rooms.asked).toEqual(['chat.rooms', 'new']);
    rooms.letGo();
    await settled();
    expect(store.get('new')).toMatchObject({ unread: 4, top: 4 });
  });

  test('CH4 is correct for messages that arrive before the list', async () => {
    const rooms = new Rooms(summary('a'));
    rooms.held = [];
    const store = new RoomListStore(rooms.client, 'ann');
    const loading = store.load();
    store.apply('a', said(10));
    store.apply('a', said(11));
    expect(idsOf(store)).toBe('loading');
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ unread: 1, top: 11 });
    expect(rooms.asked).toEqual(['chat.rooms']);
  });

  test('a response older than the current state changes nothing', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    rooms.held = [];
    const loading = store.loadRoom('a');
    store.apply('a', said(11));
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ unread: 1, top: 11 });
  });
});

describe('a gap', () => {
  test('RE2 is filled by a later load, also when live messages arrive first', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    rooms.all = [summary('a', { top: 410, unread: 100 })];
    rooms.held = [];
    const loading = store.missed('a');
    store.apply('a', said(411));
    expect(store.get('a')).toMatchObject({ top: 411, lastMessage: { text: '411' } });
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ unread: 100, top: 411, lastMessage: { text: '411' } });
  });

  test('CH4 keeps counting messages that arrive while it is filled', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    rooms.all = [summary('a', { top: 15, unread: 5 })];
    rooms.held = [];
    const loading = store.missed('a');
    for (const each of [said(15), said(16), said(17, 'ann'), said(18)]) store.apply('a', each);
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ unread: 7, top: 18 });
    store.apply('a', said(19));
    expect(store.get('a')).toMatchObject({ unread: 8, top: 19 });
    expect(rooms.asked).toEqual(['chat.rooms', 'a']);
  });

  test('is not filled by an earlier request', async () => {
    const rooms = new Rooms(summary('a', { top: 11, unread: 1 }));
    const store = await loaded(rooms);
    const held: (() => void)[] = [];
    rooms.held = held;
    const older = store.loadRoom('a');
    const list = store.load();
    rooms.all = [summary('a', { top: 30, unread: 20 })];
    const newer = store.missed('a');
    store.apply('a', said(31));
    rooms.letGo();
    await Promise.all([older, list, newer]);
    expect(store.get('a')).toMatchObject({ unread: 21, top: 31 });
    expect(rooms.asked).toEqual(['chat.rooms', 'a', 'chat.rooms', 'a']);
  });

  test('that could not be filled is filled after a reconnect, or with the next message', async () => {
    for (const again of ['line', 'message']) {
      const rooms = new Rooms(summary('a'));
      const store = await loaded(rooms);
      rooms.all = [summary('a', { top: 30, unread: 20 })];
      rooms.failing = true;
      await store.missed('a');
      store.apply('a', said(31));
      await settled();
      rooms.failing = false;
      if (again === 'line') store.retryFailed();
      else store.apply('a', said(32));
      await settled();
      expect(store.get('a')?.unread).toBe(again === 'line' ? 21 : 22);
    }
  });

  test('is filled even if more messages arrive meanwhile than are kept', async () => {
    const rooms = new Rooms(summary('a', { readOffset: 10 }));
    const store = await loaded(rooms);
    rooms.held = [];
    const loading = store.missed('a');
    for (let offset = 21; offset <= 620; offset += 1) store.apply('a', said(offset, 'ann'));
    rooms.all = [summary('a', { top: 620, unread: 10 })];
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ unread: 10, top: 620 });
  });

  test('between two loads of the list is filled by the later one', async () => {
    const rooms = new Rooms(summary('a', { top: 13, unread: 3 }));
    const held: (() => void)[] = [];
    rooms.held = held;
    const store = new RoomListStore(rooms.client, 'ann');
    const first = store.load();
    rooms.all = [summary('a', { top: 15, unread: 5 })];
    const second = store.load();
    store.apply('a', said(16));
    held[0]?.();
    await first;
    expect(store.get('a')).toMatchObject({ top: 16 });
    held[1]?.();
    await second;
    expect(store.get('a')).toMatchObject({ unread: 6, top: 16 });
    expect(rooms.asked).toEqual(['chat.rooms', 'chat.rooms']);
  });
});

describe('a response that does not include recent events', () => {
  test('CH4 does not undo a read mark, with the room loaded or not', async () => {
    for (const isHere of [true, false]) {
      const rooms = new Rooms(summary('a', { readOffset: 4, unread: 6 }));
      const store = isHere ? await loaded(rooms) : new RoomListStore(rooms.client, 'ann');
      rooms.held = [];
      const loading = store.load();
      store.applyOwn({ type: 'room.read', room: 'a', offset: 9, unread: 1, top: 10 });
      rooms.letGo();
      await loading;
      expect(store.get('a')).toMatchObject({ readOffset: 9, unread: 1 });
      store.apply('a', said(11));
      expect(store.get('a')).toMatchObject({ readOffset: 9, unread: 2 });
    }
  });

  test('CH4 keeps the mark if it has more messages, and those are unread', async () => {
    const rooms = new Rooms(summary('a', { readOffset: 4, unread: 6 }));
    const store = await loaded(rooms);
    rooms.all = [summary('a', { top: 12, readOffset: 4, unread: 8 })];
    rooms.held = [];
    const loading = store.load();
    store.read('a', { offset: 10, unread: 0, top: 10 });
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ top: 12, readOffset: 10, unread: 2 });
  });

  test('CH4 still reports what was read elsewhere', async () => {
    const rooms = new Rooms(summary('a', { readOffset: 4, unread: 6 }));
    const store = await loaded(rooms);
    rooms.all = [summary('a', { readOffset: 10, unread: 0 })];
    rooms.held = [];
    const loading = store.load();
    store.apply('a', said(11));
    rooms.letGo();
    await loading;
    expect(store.get('a')).toMatchObject({ top: 11, readOffset: 10, unread: 1 });
  });

  test('does not restore a room the person has left', async () => {
    const rooms = new Rooms(summary('a'), summary('b'));
    const store = await loaded(rooms);
    rooms.held = [];
    const loading = [store.load(), store.loadRoom('a')];
    store.applyOwn({ type: 'room.exited', room: 'a' });
    rooms.letGo();
    await Promise.all(loading);
    expect(idsOf(store)).toEqual(['b']);
    rooms.all = [summary('b'), summary('a', { activeAt: 3 })];
    store.applyOwn({ type: 'room.entered', room: 'a' });
    await settled();
    expect(idsOf(store)).toEqual(['a', 'b']);
  });

  test('does not hide a room the person has joined', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    rooms.held = [];
    const refused = store.loadRoom('b');
    rooms.all = [summary('a'), summary('b', { activeAt: 3 })];
    store.applyOwn({ type: 'room.entered', room: 'b' });
    rooms.letGo();
    await refused;
    expect(idsOf(store)).toEqual(['b', 'a']);
  });
});

describe('joining and leaving', () => {
  test('a joined room is loaded and shown, a left room is removed', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    rooms.all.push(summary('b', { activeAt: 5 }));
    store.applyOwn({ type: 'room.entered', room: 'b' });
    await settled();
    expect(idsOf(store)).toEqual(['b', 'a']);
    store.applyOwn({ type: 'room.exited', room: 'a' });
    expect(idsOf(store)).toEqual(['b']);
  });

  test('a room that fails to load stays hidden, and is requested again', async () => {
    const rooms = new Rooms(summary('a'));
    const store = await loaded(rooms);
    store.apply('gone', said(1));
    await settled();
    expect(idsOf(store)).toEqual(['a']);
    rooms.all.push(summary('gone', { top: 2 }));
    store.apply('gone', said(2));
    await settled();
    expect(store.get('gone')).toMatchObject({ top: 2 });
  });

  test('the object stays the same until the room changes', async () => {
    const store = await loaded(new Rooms(summary('a'), summary('b')));
    const before = [store.get('a'), store.state.get()];
    store.apply('a', said(10));
    store.read('a', { offset: 3, unread: 9, top: 10 });
    expect([store.get('a'), store.state.get()]).toEqual(before);
    expect(store.state.get()).toBe(before[1] as ReturnType<typeof store.state.get>);
    store.apply('b', said(11));
    expect(store.get('a')).toBe(before[0] as RoomSummary);
  });
});
