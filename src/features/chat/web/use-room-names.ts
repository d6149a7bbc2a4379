import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';

/** Names of many rooms at once, for searching; drawn again as people become known. */
export function useRoomNames(me: string): (room: RoomSummary) => string {
  const { t } = useTranslation();
  const { people } = useApp();
  const nameOf = (room: RoomSummary): string => {
    if (room.kind === 'group') return room.title;
    if (room.peer === me) return t('chat.notes');
    const person = people.person(room.peer ?? '');
    return person === undefined ? '' : `${person.displayName} ${person.handle}`;
  };
  useSyncExternalStore(people.subscribe, people.version);
  return nameOf;
}
