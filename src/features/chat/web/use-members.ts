import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Member } from '../../../contracts/chat/contract.ts';
import { useChat } from './chat-context.tsx';
import { followMembers, membersQuery } from './members-query.ts';

export type Members =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly members: readonly Member[] };

/** A room's members, updated while shown, and a function to load them again. */
export function useMembers(room: string): readonly [Members, () => void] {
  const { client } = useChat();
  const queries = useQueryClient();
  const query = useQuery(membersQuery(client, room));
  useEffect(() => followMembers(client, queries, room), [client, queries, room]);
  return [membersOf(query), () => void query.refetch()];
}

type Query = { readonly data: readonly Member[] | undefined; readonly isError: boolean; readonly isFetching: boolean };

function membersOf({ data, isError, isFetching }: Query): Members {
  if (data !== undefined) return { kind: 'ready', members: data };
  return { kind: isError && !isFetching ? 'failed' : 'loading' };
}
