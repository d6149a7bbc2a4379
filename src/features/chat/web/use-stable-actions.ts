import { useLayoutEffect, useMemo, useRef } from 'react';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { RECEIPTS_LIMIT } from '../../../contracts/chat/limits.ts';
import type { RoomActions } from './room-actions.ts';

type Doers = Omit<RoomActions, 'room' | 'showsReaders'>;

/** One object for as long as the room is open; it calls what the last render brought. */
export function useStableActions(room: RoomSummary, doers: Doers): RoomActions {
  const latest = useRef(doers);
  useLayoutEffect(() => {
    latest.current = doers;
  });
  const showsReaders = room.memberCount <= RECEIPTS_LIMIT && room.memberCount > 1;
  return useMemo(
    () => ({
      room: room.id,
      showsReaders,
      jumpTo: (offset) => latest.current.jumpTo(offset),
      reply: (message) => latest.current.reply(message),
      edit: (message) => latest.current.edit(message),
      recall: (message) => latest.current.recall(message),
      react: (message, emoji) => latest.current.react(message, emoji),
      mayRecall: (message) => latest.current.mayRecall(message),
      showReaders: (message) => latest.current.showReaders(message),
      write: () => latest.current.write(),
    }),
    [room.id, showsReaders],
  );
}
