import type { Client } from '../../../../client/client.ts';
import type { Output } from '../../../../client/contract.ts';
import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import type { UserRoomEvent } from '../../../contracts/chat/events.ts';
import { applyRead, applyToRoom, type ReadMark, type RoomItem, toRoomItem } from '../room-state.ts';
import type { RoomPublication } from '../state.ts';
import { RequestTimes } from './request-times.ts';

export type RoomList =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  /** Most recently active first. */
  | { readonly kind: 'ready'; readonly rooms: readonly RoomSummary[] };

type RoomListCall = Pick<Client, 'call'>;

/** Pages of 100 that are loaded at the start; other rooms appear when something happens in them. */
const PAGES = 10;
/** Publications kept for a room that is being loaded. */
const EARLY_LIMIT = 500;

/** The person's rooms, updated by events in them. */
export class RoomListStore {
  readonly #client: RoomListCall;
  readonly #me: string;
  readonly #state = createObservable<RoomList>({ kind: 'loading' });
  readonly #items = new Map<string, RoomItem>();
  /** Events in rooms that are not loaded, or have a gap, to be applied to what is being loaded. */
  readonly #early = new Map<string, RoomPublication[]>();
  readonly #loading = new Map<string, Promise<void>>();
  /** The largest read mark of each room; a pending summary may not include it. */
  readonly #marks = new Map<string, ReadMark>();
  readonly #times = new RequestTimes();
  #listFailed = false;

  constructor(client: RoomListCall, me: string) {
    this.#client = client;
    this.#me = me;
  }

  get state(): Observable<RoomList> {
    return this.#state;
  }

  get(room: string): RoomSummary | undefined {
    return this.#items.get(room)?.summary;
  }

  /** Loads all rooms again, keeping the shown ones until then. */
  async load(): Promise<void> {
    const shown = [...this.#items.keys()];
    const askedAt = this.#times.startList();
    try {
      const found = await this.#readAll();
      this.#listFailed = false;
      const known = new Set(found.map(({ id }) => id));
      // Rooms added meanwhile stay.
      for (const id of shown) if (!known.has(id) && this.#times.knows(id, askedAt)) this.#items.delete(id);
      for (const summary of found) this.#putListed(summary, askedAt);
      this.#show();
      if (!this.#times.isSuperseded(askedAt)) this.#loadOutdated();
    } catch {
      this.#listFailed = true;
      if (this.#state.get().kind !== 'ready') this.#state.set({ kind: 'failed' });
    }
  }

  /** Called after a reconnect: what failed to load is loaded again. */
  retryFailed(): void {
    if (this.#listFailed) void this.load();
    else this.#loadOutdated();
  }

  /** Loads one room, or waits for a pending load. */
  loadRoom(room: string): Promise<void> {
    const loading = this.#loading.get(room) ?? this.#loadRoom(room).finally(() => this.#loading.delete(room));
    this.#loading.set(room, loading);
    return loading;
  }

  /** Publications of the room were missed: only later requests include them. */
  missed(room: string): Promise<void> {
    this.#times.outdate(room);
    return this.loadRoom(room);
  }

  /** Shows a room from another response: the person has created it, for example. */
  put(summary: RoomSummary): void {
    this.#times.enter(summary.id);
    this.#put(summary, 0);
    this.#show();
  }

  apply(room: string, publication: RoomPublication): void {
    const item = this.#items.get(room);
    const isOutdated = this.#times.isOutdated(room);
    if (item === undefined || isOutdated) this.#keepEarly(room, publication);
    if ((item === undefined && this.#state.get().kind === 'ready') || isOutdated) void this.loadRoom(room);
    const next = item === undefined ? undefined : applyToRoom(item, publication, this.#me);
    if (next === undefined || next === item) return;
    this.#items.set(room, next);
    this.#show();
  }

  applyOwn(event: UserRoomEvent): void {
    switch (event.type) {
      case 'room.entered':
        this.#times.enter(event.room);
        void this.missed(event.room);
        return;
      case 'room.exited':
        this.#times.exit(event.room);
        this.#early.delete(event.room);
        this.#marks.delete(event.room);
        if (this.#items.delete(event.room)) this.#show();
        return;
      case 'room.read':
        this.read(event.room, event);
        return;
      default:
        event satisfies never;
    }
  }

  read(room: string, mark: ReadMark): void {
    if ((this.#marks.get(room)?.offset ?? 0) < mark.offset) this.#marks.set(room, mark);
    const item = this.#items.get(room);
    const next = item === undefined ? undefined : applyRead(item, mark);
    if (next === undefined || next === item) return;
    this.#items.set(room, next);
    this.#show();
  }

  /** Repeats it if something happened meanwhile that the response does not include. */
  async #loadRoom(room: string): Promise<void> {
    let askedAt: number;
    do {
      askedAt = this.#times.start();
      const summary = await this.#client.call('chat.room', { room }).catch(() => undefined);
      if (summary === undefined) {
        // No longer a member, or offline: then the next full load tells.
        if (!this.#items.has(room)) this.#early.delete(room);
        continue;
      }
      this.#put(summary, askedAt);
      this.#show();
    } while (!this.#times.knows(room, askedAt));
  }

  #loadOutdated(): void {
    for (const room of this.#items.keys()) if (this.#times.isOutdated(room)) void this.loadRoom(room);
  }

  async #readAll(): Promise<readonly RoomSummary[]> {
    const rooms: RoomSummary[] = [];
    let after: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const input = after === undefined ? {} : { after };
      const answer: Output<'chat.rooms'> = await this.#client.call('chat.rooms', input);
      rooms.push(...answer.rooms);
      if (answer.next === null) break;
      after = answer.next;
    }
    return rooms;
  }

  #putListed(summary: RoomSummary, askedAt: number): void {
    const isNew = !this.#items.has(summary.id);
    if (isNew && this.#times.isSuperseded(askedAt)) this.#times.outdateUntilList(summary.id);
    this.#put(summary, askedAt);
  }

  /** Events that arrived during the load are applied to the summary; those it includes change nothing. */
  #put(summary: RoomSummary, askedAt: number): void {
    const { id } = summary;
    if (this.#times.hasExitedSince(id, askedAt)) return;
    const present = this.#items.get(id);
    const knowsAll = this.#times.knows(id, askedAt);
    const isBehind = this.#times.isOutdated(id) ? !knowsAll : isAhead(present?.summary, summary);
    if (present !== undefined && isBehind) {
      this.#items.set(id, applyRead(present, { ...summary, offset: summary.readOffset }));
      return;
    }
    const early = this.#early.get(id) ?? [];
    if (knowsAll) {
      this.#early.delete(id);
      this.#times.bringUpToDate(id);
    }
    const item = withMark(toRoomItem(summary), this.#marks.get(id));
    this.#items.set(
      id,
      early.reduce((soFar, each) => applyToRoom(soFar, each, this.#me), item),
    );
  }

  #keepEarly(room: string, publication: RoomPublication): void {
    const early = this.#early.get(room) ?? [];
    if (early.length >= EARLY_LIMIT) {
      // Dropped events must be included in the arriving summary.
      early.length = 0;
      this.#times.outdate(room);
    }
    early.push(publication);
    this.#early.set(room, early);
  }

  #show(): void {
    const rooms = [...this.#items.values()].map(({ summary }) => summary).sort((a, b) => b.activeAt - a.activeAt);
    this.#state.set({ kind: 'ready', rooms });
  }
}

/** Whether the shown room, if it has no gap, is newer than the summary. */
function isAhead(present: RoomSummary | undefined, { top, readOffset }: RoomSummary): boolean {
  if (present === undefined) return false;
  return present.top > top || (present.top === top && present.readOffset > readOffset);
}

/** A summary that does not include a read mark does not undo it. */
function withMark(item: RoomItem, mark: ReadMark | undefined): RoomItem {
  const { top, unread } = item.summary;
  if (mark === undefined || mark.top >= top) return mark === undefined ? item : applyRead(item, mark);
  // It is unknown how many of those after the mark are by others: at most all of them.
  return applyRead(item, { ...mark, top, unread: Math.min(unread, mark.unread + top - mark.top) });
}
