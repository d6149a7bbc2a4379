import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Client } from '../../../../client/client.ts';
import type { Member } from '../../../contracts/chat/contract.ts';
import { applyToMembers } from '../room-state.ts';
import { useChat } from './chat-context.tsx';

/** Maximum pages of 200 that the panel loads. */
const PAGES = 10;

export type Members =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly members: readonly Member[] };

/** A room's members, updated while shown, and a function to load them again. */
export function useMembers(room: string): readonly [Members, () => void] {
  const { client } = useChat();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: membersKey(room), queryFn: () => readMembers(client, room) });
  useEffect(
    () =>
      client.onPublication(`room:${room}`, ({ offset, data }) => {
        if (offset === undefined) return;
        queries.setQueryData(membersKey(room), (known: readonly Member[] | undefined) =>
          known === undefined ? known : applyToMembers(known, { offset, event: data }),
        );
      }),
    [client, queries, room],
  );
  return [membersOf(query), () => void query.refetch()];
}

function membersKey(room: string): readonly string[] {
  return ['chat.members', 'all', room];
}

type Query = { readonly data: readonly Member[] | undefined; readonly isError: boolean; readonly isFetching: boolean };

function membersOf({ data, isError, isFetching }: Query): Members {
  if (data !== undefined) return { kind: 'ready', members: data };
  return { kind: isError && !isFetching ? 'failed' : 'loading' };
}

async function readMembers(client: Client, room: string): Promise<readonly Member[]> {
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
