import type { RoomSummary } from '../../../contracts/chat/contract.ts';

/** Rooms whose name contains the text, case-insensitive; all for an empty one. */
export function searchRooms(
  rooms: readonly RoomSummary[],
  search: string,
  nameOf: (room: RoomSummary) => string,
): readonly RoomSummary[] {
  const wanted = search.trim().toLocaleLowerCase();
  return wanted === '' ? rooms : rooms.filter((room) => nameOf(room).toLocaleLowerCase().includes(wanted));
}
