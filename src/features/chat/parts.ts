import type { FeatureHost, People } from '../../core/operations/feature.ts';
import { Announcements } from './announcements.ts';
import { type ChatRateSettings, ChatRates } from './chat-rates.ts';
import { InviteStore } from './invite-store.ts';
import { MemberChanges } from './member-changes.ts';
import { Memberships } from './memberships.ts';
import { QuietRooms } from './quiet-rooms.ts';
import { RoomListQuery } from './room-list-query.ts';
import { RoomLog } from './room-log.ts';
import { RoomStore } from './room-store.ts';
import { TimelineQuery } from './timeline-query.ts';
import { TypingThrottle } from './typing-throttle.ts';

export type ChatSettings = {
  /** How long an author can recall a message, in ms. */
  readonly recallMs: number;
  readonly rates: ChatRateSettings;
};

/** The dependencies of the operations of chat. */
export type Parts = ReturnType<typeof createParts>;

export function createParts(host: FeatureHost, people: People, settings: ChatSettings) {
  const rooms = new RoomStore(host.sql);
  const log = new RoomLog(host.channels);
  const memberships = new Memberships(rooms);
  const announcements = new Announcements(host);
  return {
    host,
    people,
    recallMs: settings.recallMs,
    rates: new ChatRates(host, settings.rates),
    rooms,
    log,
    memberships,
    announcements,
    quietRooms: new QuietRooms({ host, rooms, announcements }),
    list: new RoomListQuery(host.sql),
    timeline: new TimelineQuery(host.sql),
    typists: new TypingThrottle(),
    invites: new InviteStore(host.sql),
    members: new MemberChanges({ host, rooms, log, memberships, announcements }),
  };
}
