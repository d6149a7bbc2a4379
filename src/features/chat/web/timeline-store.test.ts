import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Client } from '../../../../client/client.ts';
import type { HistoryPage } from '../../../contracts/chat/contract.ts';
import type { RoomEventBody } from '../../../contracts/chat/events.ts';
import {
  applyRoomEvents,
  EMPTY_TIMELINE,
  findMessage,
  offsetOf,
  type RoomPublication,
  type Timeline,
} from '../state.ts';
import { TimelineStore } from './timeline-store.ts';

type Where = { before?: number; after?: number; around?: number; limit: number };

const said = (text: string, replyTo?: number): RoomEventBody => {
  return { type: 'message', sender: 'ben', key: `key-of-${text}`, text, ...(replyTo !== undefined && { replyTo }) };
};

/** A room's log, and `chat.history` as the server folds it from there. */
class Room {
  readonly log: RoomPublication[] = [];
  readonly asked: Where[] = [];
  /** Set: responses wait until they are released, one by one; they contain the state at the time of the request. */
  held: (() => void)[] | undefined;
  failing = false;

  publish(body: RoomEventBody): RoomPublication {
    const publication = { offset: this.log.length + 1, event: { ...body, at: this.log.length } };
    this.log.push(publication);
    return publication;
  }

  get client(): Pick<Client, 'call'> {
    const call = async (_name: string, where: Where): Promise<HistoryPage> => {
      this.asked.push(where);
      const page = this.#page(where);
      if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
      if (this.failing) throw new Error('no line');
      return page;
    };
    return { call: call as unknown as Client['call'] };
  }

  get fold(): Timeline {
    return applyRoomEvents({ ...EMPTY_TIMELINE, hasAfter: false }, this.log);
  }

  #page({ before, after, around, limit }: Where): HistoryPage {
    const { entries } = this.fold;
    const from = (offset: number) => entries.filter((entry) => offsetOf(entry) < offset).length;
    let start = entries.length - limit;
    if (before !== undefined) start = from(before) - limit;
    if (after !== undefined) start = from(after + 1);
    if (around !== undefined) start = from(around) - Math.floor(limit / 2);
    const end = Math.min(entries.length, before === undefined ? Math.max(start, 0) + limit : from(before));
    start = Math.max(start, 0);
    const answer = { entries: entries.slice(start, end), hasBefore: start > 0, hasAfter: end < entries.length };
    return { ...answer, top: this.log.length, epoch: 'e' };
  }
}

function roomWith(messages: number): Room {
  const room = new Room();
  room.publish({ type: 'created', by: 'ann', kind: 'group', title: 'Tea', users: ['ann', 'ben'] });
  for (let number = 2; number <= messages + 1; number += 1) room.publish(said(String(number)));
  return room;
}

const timelineOf = (store: TimelineStore) => store.view.get().timeline;
const offsetsOf = (store: TimelineStore) => timelineOf(store).entries.map(offsetOf);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const settled = () => Bun.sleep(1);

async function opened(room: Room, around?: number): Promise<TimelineStore> {
  const store = new TimelineStore('tea', room.client);
  await store.open(around);
  return store;
}

describe('the timeline on screen', () => {
  test('starts with the newest page and grows back to the first one, without a gap', async () => {
    const store = await opened(roomWith(119));
    expect(offsetsOf(store)).toEqual(range(71, 120));
    await store.loadBefore();
    expect(offsetsOf(store)).toEqual(range(21, 120));
    await store.loadBefore();
    expect(offsetsOf(store)).toEqual(range(1, 120));
    expect(timelineOf(store)).toMatchObject({ hasBefore: false, hasAfter: false });
  });

  test('around a message grows in both directions', async () => {
    const store = await opened(roomWith(199), 100);
    expect(offsetsOf(store)).toEqual(range(75, 124));
    await store.loadAfter();
    await store.loadBefore();
    expect(offsetsOf(store)).toEqual(range(25, 174));
    await store.loadAfter();
    expect(offsetsOf(store)).toEqual(range(25, 200));
    expect(timelineOf(store)).toMatchObject({ hasBefore: true, hasAfter: false });
  });

  test('requests nothing twice, and nothing beyond its ends', async () => {
    const room = roomWith(60);
    const store = await opened(room);
    await Promise.all([store.loadBefore(), store.loadBefore(), store.loadAfter()]);
    await store.loadBefore();
    expect(room.asked.map(({ before, after }) => before ?? after)).toEqual([undefined, 12]);
  });

  test('appends live messages; while later entries are not loaded they wait for their page', async () => {
    const room = roomWith(99);
    const store = await opened(room, 20);
    store.apply(room.publish(said('live')));
    expect(offsetsOf(store)).not.toContain(101);
    await store.loadAfter();
    await store.loadAfter();
    expect(offsetsOf(store)).toEqual(range(1, 101));
    store.apply(room.publish(said('later')));
    expect(offsetsOf(store)).toEqual(range(1, 102));
  });

  test('contains a live message once that arrives before the first page', async () => {
    const room = roomWith(3);
    room.held = [];
    const store = new TimelineStore('tea', room.client);
    const opening = store.open();
    expect(store.view.get()).toMatchObject({ loading: 'first', failed: null });
    store.apply(room.publish(said('live')));
    for (const letGo of room.held) letGo();
    await opening;
    expect(offsetsOf(store)).toEqual(range(1, 5));
    expect(store.view.get().loading).toBeNull();
  });

  test('applies edits, recalls and reactions to loaded messages of any page', async () => {
    const room = roomWith(79);
    const store = await opened(room);
    room.held = [];
    const loading = store.loadBefore();
    store.apply(room.publish({ type: 'edited', message: 5, by: 'ben', text: 'five' }));
    store.apply(room.publish({ type: 'recalled', message: 6, by: 'ben' }));
    store.apply(room.publish({ type: 'reacted', message: 70, by: 'ann', emoji: '👍', on: true }));
    for (const letGo of room.held) letGo();
    await loading;
    expect(timelineOf(store).entries).toEqual(room.fold.entries);
    expect(findMessage(timelineOf(store), 5)).toMatchObject({ text: 'five' });
    expect(findMessage(timelineOf(store), 6)).toMatchObject({ text: '', reactions: [] });
    expect(findMessage(timelineOf(store), 70)?.reactions).toEqual([{ emoji: '👍', users: ['ann'] }]);
  });

  test('keeps 1,000 entries: the far end is dropped and loaded again if needed', async () => {
    const room = roomWith(1_149);
    const store = await opened(room);
    for (let page = 0; page < 22; page += 1) await store.loadBefore();
    expect(offsetsOf(store)).toEqual(range(1, 1_000));
    expect(timelineOf(store)).toMatchObject({ hasBefore: false, hasAfter: true });
    store.apply(room.publish(said('live')));
    for (let page = 0; page < 4; page += 1) await store.loadAfter();
    expect(offsetsOf(store)).toEqual(range(152, 1_151));
    store.apply(room.publish(said('live')));
    expect(offsetsOf(store)).toEqual(range(153, 1_152));
    expect(timelineOf(store)).toMatchObject({ hasBefore: true, hasAfter: false });
  });

  test('a failed page keeps the loaded entries, is reported, and can be retried', async () => {
    const room = roomWith(99);
    const store = await opened(room);
    room.failing = true;
    await store.loadBefore();
    expect(store.view.get()).toMatchObject({ loading: null, failed: 'before' });
    expect(offsetsOf(store)).toEqual(range(51, 100));
    room.failing = false;
    await store.retryFailed();
    expect(store.view.get()).toMatchObject({ loading: null, failed: null });
    expect(offsetsOf(store)).toEqual(range(1, 100));
  });

  test('a failed page is not retried automatically, however often its edge is visible', async () => {
    const room = roomWith(199);
    const store = await opened(room, 100);
    room.failing = true;
    await store.loadBefore();
    const { length } = room.asked;
    const looks = store.view.subscribe(() => void store.loadBefore());
    for (let look = 0; look < 20; look += 1) {
      await store.loadBefore();
      await store.loadAfter();
    }
    store.apply(room.publish(said('live')));
    expect(room.asked).toHaveLength(length);
    await store.retryFailed();
    expect(room.asked).toHaveLength(length + 1);
    looks();
  });

  test('each failed side is retried on its side, and a jump at its target', async () => {
    const room = roomWith(199);
    const store = new TimelineStore('tea', room.client);
    room.failing = true;
    await store.open(100);
    expect(store.view.get().failed).toBe('first');
    room.failing = false;
    await store.retryFailed();
    expect(offsetsOf(store)).toEqual(range(75, 124));
    room.failing = true;
    await store.loadAfter();
    expect(store.view.get().failed).toBe('after');
    room.failing = false;
    await store.retryFailed();
    expect(offsetsOf(store)).toEqual(range(75, 174));
    await store.retryFailed();
    expect(room.asked).toHaveLength(4);
  });
});

describe('jumping', () => {
  test('to a loaded message reads nothing', async () => {
    const room = roomWith(99);
    const store = await opened(room);
    expect(await store.reveal(60)).toBe(true);
    expect(room.asked).toHaveLength(1);
    expect(await store.reveal(10)).toBe(false);
    expect(findMessage(timelineOf(store), 10)).toBeDefined();
  });

  test('is not needed to load a single message', async () => {
    const room = roomWith(99);
    const store = await opened(room);
    const before = timelineOf(store);
    expect(await store.find(60)).toBe(findMessage(before, 60));
    expect(room.asked).toHaveLength(1);
    expect(await store.find(10)).toMatchObject({ offset: 10, text: '10' });
    expect(await store.find(1)).toBeUndefined();
    room.failing = true;
    expect(await store.find(11)).toBeUndefined();
    expect(timelineOf(store)).toBe(before);
  });

  test('away makes late responses ineffective', async () => {
    const room = roomWith(199);
    const store = await opened(room);
    room.held = [];
    const before = store.loadBefore();
    const jump = store.open(20);
    const [late, answer] = room.held as [() => void, () => void];
    answer();
    await jump;
    late();
    await before;
    expect(offsetsOf(store)).toEqual(range(1, 50));
    expect(store.view.get()).toMatchObject({ loading: null, failed: null });
  });
});

describe('replies to messages that are not loaded', () => {
  test('get their preview, also the second one to the same message', async () => {
    const room = roomWith(99);
    const store = await opened(room);
    const preview = { offset: 5, sender: 'ben', text: '5', recalled: false };
    for (const _ of ['first', 'second']) {
      const reply = room.publish(said('re', 5));
      store.apply(reply);
      expect(findMessage(timelineOf(store), reply.offset)?.replyTo).toMatchObject({ offset: 5, sender: '' });
      await settled();
      expect(findMessage(timelineOf(store), reply.offset)?.replyTo).toEqual(preview);
    }
    expect(timelineOf(store).entries).toEqual(room.fold.entries.slice(-52));
  });

  test('whose original could not be loaded are retried with the next publication', async () => {
    const room = roomWith(99);
    const store = await opened(room);
    room.failing = true;
    store.apply(room.publish(said('re', 5)));
    await settled();
    room.failing = false;
    store.apply(room.publish(said('next')));
    await settled();
    expect(findMessage(timelineOf(store), 101)?.replyTo?.text).toBe('5');
  });
});

test('in any order of events, the timeline equals the log', async () => {
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.constant('say' as const) },
    { weight: 3, arbitrary: fc.constantFrom('edit' as const, 'recall' as const, 'react' as const, 'reply' as const) },
    { weight: 4, arbitrary: fc.constantFrom('deliver' as const, 'answer' as const) },
    { weight: 2, arbitrary: fc.constantFrom('before' as const, 'after' as const, 'open' as const, 'around' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(act, fc.nat()), { maxLength: 60 }), async (acts) => {
      const room = roomWith(120);
      room.held = [];
      const store = new TimelineStore('tea', room.client);
      let delivered = room.log.length;
      void store.open();
      const deliver = () => {
        const publication = room.log[delivered];
        if (publication === undefined) return;
        delivered += 1;
        store.apply(publication);
      };
      for (const [kind, number] of acts) {
        const target = 2 + (number % (room.log.length - 1));
        if (kind === 'say') room.publish(said(`n${number}`));
        else if (kind === 'reply') room.publish(said(`re${number}`, 2 + (number % 100)));
        else if (kind === 'edit') room.publish({ type: 'edited', message: target, by: 'ben', text: `e${number}` });
        else if (kind === 'recall') room.publish({ type: 'recalled', message: target, by: 'ben' });
        else if (kind === 'react') room.publish({ type: 'reacted', message: target, by: 'ann', emoji: '👍', on: true });
        else if (kind === 'deliver') deliver();
        else if (kind === 'before') void store.loadBefore();
        else if (kind === 'after') void store.loadAfter();
        else if (kind === 'open') void store.open();
        else if (kind === 'around') void store.open(target);
        else room.held.splice(number % (room.held.length || 1), 1)[0]?.();
        for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      }
      const held = room.held;
      room.held = undefined;
      for (const letGo of held) letGo();
      await settled();
      while (delivered < room.log.length) deliver();
      while (timelineOf(store).hasAfter) await store.loadAfter();
      while (timelineOf(store).hasBefore) await store.loadBefore();
      await settled();
      expect(timelineOf(store).entries).toEqual(room.fold.entries);
    }),
    { numRuns: 300 },
  );
}, 30_000);
