import type { Client } from '../../../../client/client.ts';
import type { Output } from '../../../../client/contract.ts';
import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { RoomSummary } from '../contract.ts';
import type { UserRoomEvent } from '../events.ts';
import { applyRead, applyToRoom, type RoomItem, toRoomItem } from '../room-state.ts';
import type { RoomPublication } from '../state.ts';

export type RoomList =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  /** Most recently active first. */
  | { readonly kind: 'ready'; readonly rooms: readonly RoomSummary[] };

type RoomListCall = Pick<Client, 'call'>;

/** Pages of 100 that are read at the start; beyond them a room shows up when something happens in it. */
const PAGES = 10;
/** Publications kept for a room that is being loaded. */
const EARLY_LIMIT = 500;

/** The person's rooms, kept up to date by what happens in them. */
export class RoomListStore {
  readonly #client: RoomListCall;
  readonly #me: string;
  readonly #state = createObservable<RoomList>({ kind: 'loading' });
  readonly #items = new Map<string, RoomItem>();
  /** What happened in rooms that are not here yet. */
  readonly #early = new Map<string, RoomPublication[]>();
  readonly #loading = new Map<string, Promise<void>>();

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

  /** Reads all rooms anew, keeping what is shown until then. */
  async load(): Promise<void> {
    const shown = [...this.#items.keys()];
    try {
      const found = await this.#readAll();
      const known = new Set(found.map(({ id }) => id));
      // Those that came meanwhile stay.
      for (const id of shown) if (!known.has(id)) this.#items.delete(id);
      for (const summary of found) this.#put(summary);
      this.#show();
    } catch {
      if (this.#state.get().kind !== 'ready') this.#state.set({ kind: 'failed' });
    }
  }

  /** The line is back: the list is read again if it could not be. */
  retryFailed(): void {
    if (this.#state.get().kind === 'failed') void this.load();
  }

  /** Reads one room anew: its publications had a gap, or the person has just come into it. */
  loadRoom(room: string): Promise<void> {
    const loading = this.#loading.get(room) ?? this.#loadRoom(room).finally(() => this.#loading.delete(room));
    this.#loading.set(room, loading);
    return loading;
  }

  put(summary: RoomSummary): void {
    this.#put(summary);
    this.#show();
  }

  apply(room: string, publication: RoomPublication): void {
    const item = this.#items.get(room);
    if (item === undefined) {
      this.#keepEarly(room, publication);
      if (this.#state.get().kind === 'ready') void this.loadRoom(room);
      return;
    }
    const next = applyToRoom(item, publication, this.#me);
    if (next === item) return;
    this.#items.set(room, next);
    this.#show();
  }

  applyOwn(event: UserRoomEvent): void {
    switch (event.type) {
      case 'room.entered':
        void this.loadRoom(event.room);
        return;
      case 'room.exited':
        this.#early.delete(event.room);
        if (this.#items.delete(event.room)) this.#show();
        return;
      case 'room.read':
        this.read(event.room, event);
        return;
      default:
        event satisfies never;
    }
  }

  read(room: string, mark: { readonly offset: number; readonly unread: number; readonly top: number }): void {
    const item = this.#items.get(room);
    const next = item === undefined ? undefined : applyRead(item, mark);
    if (next === undefined || next === item) return;
    this.#items.set(room, next);
    this.#show();
  }

  async #loadRoom(room: string): Promise<void> {
    try {
      this.put(await this.#client.call('chat.room', { room }));
    } catch {
      // No longer a member, or offline: then the next full load tells.
      this.#early.delete(room);
    }
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

  /** What came while the summary was on its way is applied to it; what it knows already changes nothing. */
  #put(summary: RoomSummary): void {
    const present = this.#items.get(summary.id);
    if (present !== undefined && present.summary.top > summary.top) return;
    const early = this.#early.get(summary.id) ?? [];
    this.#early.delete(summary.id);
    const item = early.reduce((soFar, each) => applyToRoom(soFar, each, this.#me), toRoomItem(summary));
    this.#items.set(summary.id, item);
  }

  #keepEarly(room: string, publication: RoomPublication): void {
    const early = this.#early.get(room) ?? [];
    if (early.length < EARLY_LIMIT) early.push(publication);
    this.#early.set(room, early);
  }

  #show(): void {
    const rooms = [...this.#items.values()].map(({ summary }) => summary).sort((a, b) => b.activeAt - a.activeAt);
    this.#state.set({ kind: 'ready', rooms });
  }
}
