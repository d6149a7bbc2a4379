import type { Client } from '../../../../client/client.ts';
import { BanyanError } from '../../../../client/errors.ts';
import type { RoomListStore } from './room-list.ts';

export type ReadMarker = {
  /** Everything in the room up to the offset has been seen. */
  mark(room: string, offset: number): void;
  /** Called after a reconnect: sends what could not be sent. */
  retryFailed(): void;
  /** Cancels all pending retries. */
  close(): void;
};

const RETRY_MS = 5_000;

type MarkerParts = {
  readonly client: Pick<Client, 'call' | 'connection'>;
  readonly rooms: Pick<RoomListStore, 'get' | 'read'>;
  /** The retry delay while connected, if the server was overloaded, in milliseconds. */
  readonly retryMs?: number;
};

/** Read marks only increase; of many in a row the last one is sent. */
export function createReadMarker({ client, rooms, retryMs = RETRY_MS }: MarkerParts): ReadMarker {
  const wanted = new Map<string, number>();
  const sending = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const retryFailed = () => {
    for (const room of wanted.keys()) if (!sending.has(room)) void send(room);
  };
  const retryLater = () => {
    clearTimeout(timer);
    // Without a connection the next connect retries.
    if (!closed && client.connection.get().kind === 'connected') timer = setTimeout(retryFailed, retryMs);
  };
  /** False: it may succeed later. */
  const sendOnce = async (room: string, offset: number): Promise<boolean> => {
    try {
      const answer = await client.call('chat.read', { room, offset });
      rooms.read(room, { offset: answer.readOffset, ...answer });
      return true;
    } catch (error) {
      // Otherwise it is not their room any more.
      return error instanceof BanyanError && !error.temporary;
    }
  };
  const send = async (room: string): Promise<void> => {
    sending.add(room);
    for (let offset = wanted.get(room); offset !== undefined && !closed; offset = wanted.get(room)) {
      if (!(await sendOnce(room, offset))) {
        retryLater();
        break;
      }
      if (wanted.get(room) === offset) wanted.delete(room);
    }
    sending.delete(room);
  };
  return {
    mark: (room, offset) => {
      const known = rooms.get(room);
      if (known === undefined || known.readOffset >= offset || (wanted.get(room) ?? 0) >= offset) return;
      wanted.set(room, offset);
      if (!sending.has(room)) void send(room);
    },
    retryFailed,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
