import { describe, expect, jest, test } from 'bun:test';
import { type Client, createClient } from '../../../../client/client.ts';
import { createObservable, createPrefixListeners } from '../../../../client/listeners.ts';
import type { ChannelListeners, Publication } from '../../../../client/subscriptions.ts';
import type { LiveEvent, RoomEventBody } from '../../../contracts/chat/events.ts';
import { createLiveRoom } from './live-room.ts';

/** A connection whose server knows Ben's read offset; counts subscriptions. */
function connection() {
  const publications = createPrefixListeners<Publication>();
  const listening = { live: new Set<ChannelListeners<LiveEvent>>(), messages: 0 };
  const server = { read: 3 };
  const client = {
    ...createClient({ url: 'http://banyan.example' }),
    connection: createObservable({ kind: 'connected' as const, client: 'c' }),
    call: (async () => ({
      readers: [{ user: 'ben', joinedOffset: 1, offset: server.read }],
    })) as unknown as Client['call'],
    onPublication: ((prefix: string, listener: (event: Publication) => void) => {
      const stop = publications.add(prefix, listener);
      listening.messages += 1;
      return () => {
        listening.messages -= 1;
        stop();
      };
    }) as Client['onPublication'],
    subscribe: ((channel: string, listeners: ChannelListeners<LiveEvent>) => {
      listening.live.add(listeners);
      listeners.subscribed?.({ channel, wasRecovering: false, recovered: false });
      return () => void listening.live.delete(listeners);
    }) as Client['subscribe'],
  };
  const happens = (data: LiveEvent) => {
    for (const { publication } of listening.live) publication?.({ channel: 'live:tea', data });
  };
  const said = (sender: string) => {
    const data: RoomEventBody = { type: 'message', sender, key: 'k', text: 'x' };
    publications.emit({ channel: 'room:tea', offset: 1, data: { ...data, at: 1 } });
  };
  return { client, listening, server, happens, said };
}

const settled = () => Bun.sleep(1);

describe('an open room', () => {
  test('is subscribed from opening to closing, however often', () => {
    const { client, listening } = connection();
    const live = createLiveRoom(client, 'ann', { id: 'tea', memberCount: 2 });
    for (const _ of ['first', 'again']) {
      expect(listening).toMatchObject({ live: new Set(), messages: 0 });
      const close = live.open();
      expect([listening.live.size, listening.messages]).toEqual([1, 1]);
      close();
    }
    expect(listening).toMatchObject({ live: new Set(), messages: 0 });
  });

  test('shows who types, until they have sent it or the room is closed', () => {
    const { client, happens, said } = connection();
    const live = createLiveRoom(client, 'ann', { id: 'tea', memberCount: 2 });
    const close = live.open();
    for (const user of ['ann', 'ben', 'eve']) happens({ type: 'typing', user });
    expect(live.typing.get()).toEqual(['ben', 'eve']);
    said('ben');
    expect(live.typing.get()).toEqual(['eve']);
    close();
    expect(live.typing.get()).toEqual([]);
  });

  test('CH5 shows how far others have read, which never decreases', async () => {
    const { client, server, happens } = connection();
    const live = createLiveRoom(client, 'ann', { id: 'tea', memberCount: 2 });
    live.open()();
    await settled();
    for (const offset of [7, 5]) {
      server.read = offset;
      const close = live.open();
      await settled();
      close();
    }
    live.open();
    happens({ type: 'read', user: 'ben', offset: 6 });
    happens({ type: 'read', user: 'ann', offset: 9 });
    expect([...live.readers.get()]).toEqual([['ben', { user: 'ben', joinedOffset: 1, offset: 7 }]]);
  });

  test('retries its live channel if the connection had no room, but not once it is closed', async () => {
    jest.useFakeTimers();
    try {
      const { client, listening } = connection();
      const refuse = () => {
        for (const listeners of [...listening.live]) {
          listening.live.delete(listeners);
          listeners.unsubscribed?.({ channel: 'live:tea', code: 106, reason: 'limit exceeded' });
        }
      };
      const close = createLiveRoom(client, 'ann', { id: 'tea', memberCount: 2 }).open();
      refuse();
      expect(listening.live.size).toBe(0);
      jest.advanceTimersByTime(2_000);
      expect(listening.live.size).toBe(1);
      refuse();
      close();
      jest.advanceTimersByTime(10_000);
      expect(listening.live.size).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
