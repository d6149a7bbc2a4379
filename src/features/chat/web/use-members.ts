import { useCallback, useEffect, useState } from 'react';
import type { Client } from '../../../../client/client.ts';
import type { Member } from '../../../contracts/chat/contract.ts';
import { applyToMembers } from '../room-state.ts';
import { useChat } from './chat-context.tsx';

/** Pages of 200 that the panel reads at most. */
const PAGES = 10;

export type Members =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly members: readonly Member[] };

/** A room's members, kept up to date while shown, and the way to read them again. */
export function useMembers(room: string): readonly [Members, () => void] {
  const { client } = useChat();
  const [members, setMembers] = useState<Members>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    let isShown = true;
    const show = (next: Members) => isShown && setMembers(next);
    readMembers(client, room).then(
      (found) => show({ kind: 'ready', members: found }),
      () => show({ kind: 'failed' }),
    );
    const stop = client.onPublication(`room:${room}`, ({ offset, data }) => {
      if (offset === undefined) return;
      setMembers((known) =>
        known.kind === 'ready' ? { ...known, members: applyToMembers(known.members, { offset, event: data }) } : known,
      );
    });
    return () => {
      isShown = false;
      stop();
    };
  }, [client, room, attempt]);
  const retry = useCallback(() => {
    setMembers({ kind: 'loading' });
    setAttempt((last) => last + 1);
  }, []);
  return [members, retry];
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
