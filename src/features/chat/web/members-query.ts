import type { QueryClient } from '@tanstack/react-query';
import type { Client } from '../../../../client/client.ts';
import type { Unlisten } from '../../../../client/listeners.ts';
import type { Publication } from '../../../../client/subscriptions.ts';
import type { Member } from '../../../contracts/chat/contract.ts';
import { type RoomEvent, roomChannel } from '../../../contracts/chat/events.ts';
import { derivedKey } from '../../../ui/queries.tsx';
import { readAgain, readWithPublications } from '../../../ui/query-changes.ts';
import { applyToMembers } from '../room-state.ts';

/** Maximum pages of 200 that the panel loads. */
const PAGES = 10;

type Members = readonly Member[];

/** The query of all members of a room. */
export function membersQuery(client: Client, room: string) {
  return {
    queryKey: derivedKey('chat.members', 'all', { room }),
    queryFn: () =>
      readWithPublications<Members, RoomEvent>(
        (listener) => client.onPublication(roomChannel(room), listener),
        () => readMembers(client, room),
        applyPublication,
      ),
  };
}

/** Updates the cached members by the room's publications, until the returned function is called. */
export function followMembers(client: Client, queries: QueryClient, room: string): Unlisten {
  const { queryKey } = membersQuery(client, room);
  const stopPublications = client.onPublication(roomChannel(room), (publication) => {
    queries.setQueryData<Members>(queryKey, (known) =>
      known === undefined ? known : applyPublication(known, publication),
    );
  });
  const stopStarts = client.onSubscribed(roomChannel(room), ({ wasRecovering, recovered }) => {
    // Missed publications are no longer available.
    if (!wasRecovering || !recovered) void readAgain(queries, queryKey);
  });
  return () => {
    stopPublications();
    stopStarts();
  };
}

function applyPublication(members: Members, { offset, data }: Publication<RoomEvent>): Members {
  return offset === undefined ? members : applyToMembers(members, { offset, event: data });
}

async function readMembers(client: Client, room: string): Promise<Members> {
  const found: Member[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await client.call('chat.members', after === undefined ? { room } : { room, after });
    found.push(...answer.members);
    if (answer.next === null) break;
    after = answer.next;
  }
  return found;
}
