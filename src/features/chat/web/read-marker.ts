import type { Client } from '../../../../client/client.ts';
import { BanyanError } from '../../../../client/errors.ts';
import type { RoomListStore } from './room-list.ts';

export type ReadMarker = {
  /** Everything in the room up to the offset has been seen. */
  mark(room: string, offset: number): void;
  /** The line is back: what could not be sent goes out. */
  retryFailed(): void;
  /** Ends all waiting for another try. */
  close(): void;
};

const RETRY_MS = 5_000;

type MarkerParts = {
  readonly client: Pick<Client, 'call' | 'connection'>;
  readonly rooms: Pick<RoomListStore, 'get' | 'read'>;
  /** Before the next try over a line that works, where the server was busy, in milliseconds. */
  readonly retryMs?: number;
};

/** Read marks only go forward; of many in a row the last one is sent. */
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
    // Without a line the next connection brings the next try.
    if (!closed && client.connection.get().kind === 'connected') timer = setTimeout(retryFailed, retryMs);
  };
  /** False: it may work later. */
  const sendOnce = async (room: string, offset: number): Promise<boolean> => {
    try {
      const answer = await client.call('chat.read', { room, offset });
      rooms.read(room, { offset: answer.readOffset, ...answer });
      return true;
    } catch (error) {
      // Else it is no room of theirs any more.
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
