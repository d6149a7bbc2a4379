import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { usePeople } from '../../../ui/app-context.tsx';

/** Names of these rooms, for searching; renders again as people become known. */
export function useRoomNames(me: string, rooms: readonly RoomSummary[]): (room: RoomSummary) => string {
  const { t } = useTranslation();
  const personOf = usePeople(rooms.flatMap(({ kind, peer }) => (kind === 'group' || peer === null ? [] : [peer])));
  return (room) => {
    if (room.kind === 'group') return room.title;
    if (room.peer === me) return t('chat.notes');
    const person = personOf(room.peer ?? '');
    return person === undefined ? '' : `${person.displayName} ${person.handle}`;
  };
}
