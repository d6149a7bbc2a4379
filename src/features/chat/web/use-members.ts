import { useEffect, useState } from 'react';
import type { Member } from '../contract.ts';
import { applyToMembers } from '../room-state.ts';
import { useChat } from './chat-context.tsx';

/** Pages of 200 that the panel reads at most. */
const PAGES = 10;

/** A room's members, kept up to date while shown. Undefined until loaded. */
export function useMembers(room: string): readonly Member[] | undefined {
  const { client } = useChat();
  const [members, setMembers] = useState<readonly Member[]>();
  useEffect(() => {
    let isShown = true;
    const load = async () => {
      const found: Member[] = [];
      let after: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const answer = await client.call('chat.members', after === undefined ? { room } : { room, after });
        found.push(...answer.members);
        if (answer.next === null) break;
        after = answer.next;
      }
      if (isShown) setMembers(found);
    };
    load().catch(() => undefined);
    const stop = client.onPublication(`room:${room}`, ({ offset, data }) => {
      if (offset === undefined) return;
      setMembers((known) => (known === undefined ? known : applyToMembers(known, { offset, event: data })));
    });
    return () => {
      isShown = false;
      stop();
    };
  }, [client, room]);
  return members;
}
