import { afterEach, describe, expect, test } from 'bun:test';
import type { Client } from '../../../../client/client.ts';
import type { ConnectionState } from '../../../../client/connection.ts';
import { BanyanError, type BanyanErrorName } from '../../../../client/errors.ts';
import { createObservable } from '../../../../client/listeners.ts';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { createReadMarker, type ReadMarker } from './read-marker.ts';

const opened: ReadMarker[] = [];
afterEach(() => {
  for (const { close } of opened.splice(0)) close();
});

const CONNECTED: ConnectionState = { kind: 'connected', client: 'c' };
const OFFLINE: ConnectionState = { kind: 'connecting', since: 0 };

/** A page with rooms of 20 messages; `fails` sets how the server, or the connection, fails. */
function page() {
  const server = { sent: [] as [string, number][], fails: undefined as BanyanErrorName | undefined };
  const connection = createObservable<ConnectionState>(CONNECTED);
  const marks = new Map<string, number>();
  const call = async (_name: string, { room, offset }: { room: string; offset: number }) => {
    server.sent.push([room, offset]);
    await Bun.sleep(1);
    if (server.fails !== undefined) throw new BanyanError(server.fails);
    return { readOffset: offset, unread: 20 - offset, top: 20 };
  };
  const marker = createReadMarker({
    client: { connection, call: call as unknown as Client['call'] },
    rooms: {
      get: (room) => ({ id: room, readOffset: marks.get(room) ?? 0 }) as RoomSummary,
      read: (room, { offset }) => void marks.set(room, offset),
    },
    retryMs: 10,
  });
  opened.push(marker);
  return { server, connection, marks, marker };
}

const settled = () => Bun.sleep(5);

describe('read marks', () => {
  test('CH4 that could not be sent are sent after a reconnect, the last one of each room', async () => {
    const { server, connection, marks, marker } = page();
    connection.set(OFFLINE);
    server.fails = 'connectionLost';
    marker.mark('tea', 5);
    await settled();
    marker.mark('tea', 9);
    marker.mark('work', 3);
    await settled();
    expect(marks.size).toBe(0);
    await Bun.sleep(20);
    expect(server.sent).toEqual([
      ['tea', 5],
      ['tea', 9],
      ['work', 3],
    ]);
    server.fails = undefined;
    marker.retryFailed();
    await settled();
    expect(Object.fromEntries(marks)).toEqual({ tea: 9, work: 3 });
    marker.retryFailed();
    await settled();
    expect(server.sent).toHaveLength(5);
  });

  test('CH4 that an overloaded server refused are retried a little later', async () => {
    const { server, marks, marker } = page();
    server.fails = 'tooManyRequests';
    marker.mark('tea', 5);
    await settled();
    server.fails = undefined;
    await Bun.sleep(20);
    expect(marks.get('tea')).toBe(5);
    expect(server.sent).toHaveLength(2);
  });

  test('of a room that the person has left are dropped', async () => {
    const { server, marker } = page();
    server.fails = 'notFound';
    marker.mark('tea', 5);
    await settled();
    marker.retryFailed();
    await Bun.sleep(20);
    expect(server.sent).toHaveLength(1);
  });

  test('are not retried after closing', async () => {
    const { server, marker } = page();
    server.fails = 'timeout';
    marker.mark('tea', 5);
    await settled();
    marker.close();
    await Bun.sleep(20);
    expect(server.sent).toHaveLength(1);
  });
});
