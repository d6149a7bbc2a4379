import 'fake-indexeddb/auto';
import { afterAll, describe, expect, test } from 'bun:test';
import { type Client, createClient } from '../../../../client/client.ts';
import type { ConnectionState } from '../../../../client/connection.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { createObservable, createPrefixListeners } from '../../../../client/listeners.ts';
import type { Publication, Subscribed } from '../../../../client/subscriptions.ts';
import type { HistoryPage, RoomSummary } from '../../../contracts/chat/contract.ts';
import { offsetOf } from '../state.ts';
import { chatSessionOf } from './chat-session.ts';

const over = new AbortController();
afterAll(() => over.abort());
Object.assign(globalThis, {
  localStorage: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined },
});

/** A page with a fake connection; the server knows one room of `top` messages. */
function page(top: number, signedOut = over.signal) {
  const server = {
    ...{ top, read: 0, asked: [] as string[], held: undefined as (() => void)[] | undefined, down: false },
    /** First and last offset of the pages it returns; undefined: everything. */
    page: undefined as readonly [number, number] | undefined,
  };
  const connection = createObservable<ConnectionState>({ kind: 'connecting', since: 0 });
  const publications = createPrefixListeners<Publication>();
  const starts = createPrefixListeners<Subscribed>();
  const answer = async (name: string, input: { offset?: number }): Promise<unknown> => {
    server.asked.push(name);
    if (server.down) throw new BanyanError('connectionLost');
    const now = { ...server };
    if (name === 'chat.history' && server.held) await new Promise<void>((resolve) => server.held?.push(resolve));
    if (name === 'chat.rooms') return { rooms: [summaryAt(now.top)], next: null };
    if (name === 'chat.room') return summaryAt(now.top);
    if (name === 'chat.history') return pageAt(now.top, now.page);
    server.read = input.offset ?? 0;
    return { readOffset: server.read, unread: 0, top: now.top };
  };
  const client: Client = {
    ...createClient({ url: 'http://banyan.example' }),
    connection,
    call: answer as unknown as Client['call'],
    onPublication: (prefix, listener) => publications.add(prefix, listener as (event: Publication) => void),
    onSubscribed: starts.add,
  };
  const session = chatSessionOf(client, 'ann', signedOut);
  session.start();
  const subscribed = (offset: number, recovery: 'none' | 'all' | 'lost' = 'none') =>
    starts.emit({
      ...{ channel: 'room:tea', wasRecovering: recovery !== 'none', recovered: recovery === 'all' },
      position: { offset, epoch: 'e' },
    });
  const published = (offset: number) => {
    server.top = Math.max(server.top, offset);
    publications.emit({ channel: 'room:tea', offset, data: { ...eventAt(offset) } });
  };
  const offsets = () => session.timeline('tea').view.get().timeline.entries.map(offsetOf);
  return { server, client, connection, session, subscribed, published, offsets };
}

const eventAt = (offset: number) =>
  ({ type: 'message', sender: 'ben', key: `key-${offset}`, text: String(offset), at: offset }) as const;

function pageAt(top: number, [from, to]: readonly [number, number] = [1, top]): HistoryPage {
  const entries = Array.from({ length: to - from + 1 }, (_, index) => {
    const { key, sender, text, at } = eventAt(from + index);
    const rest = { editedAt: null, recalledAt: null, replyTo: null, reactions: [] };
    return { kind: 'message' as const, message: { offset: from + index, key, sender, text, sentAt: at, ...rest } };
  });
  return { entries, hasBefore: from > 1, hasAfter: to < top, top, epoch: 'e' };
}

function summaryAt(top: number): RoomSummary {
  const who = {
    id: 'tea',
    kind: 'group',
    title: 'Tea',
    avatar: null,
    peer: null,
    memberCount: 2,
    role: 'member',
  } as const;
  return { ...who, top, readOffset: 0, unread: top, lastMessage: null, activeAt: 0 };
}

const settled = () => Bun.sleep(2);
const range = (to: number) => Array.from({ length: to }, (_, index) => index + 1);

describe('a page’s chat', () => {
  test('is one for each client', () => {
    const { client, session } = page(1);
    expect(chatSessionOf(client, 'ann', over.signal)).toBe(session);
  });

  test('sends nothing more once the person has signed out', async () => {
    const leaving = new AbortController();
    const { server, connection, session } = page(1, leaving.signal);
    const outbox = await session.outbox();
    leaving.abort();
    await settled();
    connection.set({ kind: 'connected', client: 'c' });
    await outbox.add({ room: 'tea', text: 'a', replyTo: null });
    await settled();
    expect(server.asked).not.toContain('chat.send');
    const [waiting] = outbox.items.get();
    await outbox.discard(waiting?.key ?? '');
  });

  test('applies live messages to the list and the open timeline', async () => {
    const { session, published, subscribed, offsets } = page(3);
    await session.timeline('tea').open();
    subscribed(3);
    published(4);
    expect(offsets()).toEqual(range(4));
    expect(session.rooms.get('tea')).toMatchObject({ top: 4, unread: 4 });
  });

  test('RE1 continues after a recovery without reading anything', async () => {
    const { server, session, published, subscribed, offsets } = page(3);
    await session.timeline('tea').open();
    const { length } = server.asked;
    subscribed(5, 'all');
    published(4);
    published(5);
    expect(offsets()).toEqual(range(5));
    expect(server.asked).toHaveLength(length);
  });

  test('RE2 reads the state again after a failed recovery', async () => {
    const { server, session, subscribed, published, offsets } = page(3);
    await session.timeline('tea').open();
    server.top = 7;
    subscribed(7, 'lost');
    await settled();
    expect(offsets()).toEqual(range(7));
    published(8);
    expect(offsets()).toEqual(range(8));
    expect(session.rooms.get('tea')?.top).toBe(8);
  });

  test('reads what failed to load as soon as it is connected', async () => {
    const { server, connection, session, offsets } = page(3);
    server.down = true;
    await session.timeline('tea').open();
    await session.rooms.load();
    expect(session.timeline('tea').view.get().failed).toBe('first');
    server.down = false;
    connection.set({ kind: 'connected', client: 'c' });
    await settled();
    expect(offsets()).toEqual(range(3));
    expect(session.rooms.state.get().kind).toBe('ready');
  });

  test('does so for older messages too', async () => {
    const { server, connection, session, offsets } = page(3);
    const timeline = session.timeline('tea');
    server.page = [3, 3];
    await timeline.open();
    server.down = true;
    await timeline.loadBefore();
    expect(timeline.view.get().failed).toBe('before');
    Object.assign(server, { down: false, page: [1, 2] });
    connection.set({ kind: 'connected', client: 'c' });
    await settled();
    expect(offsets()).toEqual(range(3));
  });

  test('messages written between reading the page and connecting are not missed', async () => {
    const { server, session, subscribed, published, offsets } = page(3);
    await session.timeline('tea').open();
    server.top = 5;
    await session.rooms.load();
    subscribed(5);
    await settled();
    published(6);
    expect(offsets()).toEqual(range(6));
  });

  test('nor while the page is still loading: one that is too old is read again', async () => {
    const { server, session, subscribed, published, offsets } = page(3);
    server.held = [];
    const opening = session.timeline('tea').open();
    server.top = 5;
    subscribed(5);
    const [letGo] = server.held;
    server.held = undefined;
    letGo?.();
    await opening;
    await settled();
    expect(offsets()).toEqual(range(5));
    published(6);
    expect(offsets()).toEqual(range(6));
  });

  test('keeps the timelines of the last eight rooms', () => {
    const { session } = page(1);
    const first = session.timeline('r0');
    const second = session.timeline('r1');
    for (let number = 2; number < 8; number += 1) session.timeline(`r${number}`);
    expect(session.timeline('r0')).toBe(first);
    session.timeline('r8');
    expect(session.timeline('r0')).toBe(first);
    expect(session.timeline('r1')).not.toBe(second);
  });

  test('CH4 sends increasing read marks only, the last of many', async () => {
    const { server, session } = page(9);
    await session.rooms.load();
    const marks = () => server.asked.filter((name) => name === 'chat.read').length;
    for (const offset of [1, 2, 3, 9]) session.markRead('tea', offset);
    await settled();
    expect(server.read).toBe(9);
    expect(marks()).toBe(2);
    session.markRead('tea', 5);
    session.markRead('tea', 9);
    await settled();
    expect(marks()).toBe(2);
    expect(session.rooms.get('tea')).toMatchObject({ readOffset: 9, unread: 0 });
  });

  test('CH4 resends a lost read mark after a reconnect', async () => {
    const { server, connection, session } = page(9);
    await session.rooms.load();
    server.down = true;
    session.markRead('tea', 9);
    await settled();
    server.down = false;
    connection.set({ kind: 'connected', client: 'c' });
    await settled();
    expect(session.rooms.get('tea')).toMatchObject({ readOffset: 9, unread: 0 });
  });
});
