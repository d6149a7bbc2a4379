import type { Client } from '../../../../client/client.ts';
import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { HistoryPage, Message } from '../../../contracts/chat/contract.ts';
import {
  addPage,
  applyRoomEvent,
  EMPTY_TIMELINE,
  findMessage,
  offsetOf,
  type RoomPublication,
  resolveReply,
  type Timeline,
  unresolvedReplies,
} from '../state.ts';

export type TimelineView = {
  readonly timeline: Timeline;
  /** `first`: nothing to show yet. */
  readonly loading: 'first' | 'before' | 'after' | null;
  /** What failed to load. Nothing more is loaded at either end until that is retried: see `retryFailed`. */
  readonly failed: 'first' | 'before' | 'after' | null;
};

type Where = { readonly before?: number; readonly after?: number; readonly around?: number };

const PAGE = 50;
/** Entries kept in memory; above it the side farther from the reader is dropped and loaded again if needed. */
const KEPT = 1_000;

/** The loaded range of one room's timeline, and what is around it. */
export class TimelineStore {
  readonly room: string;
  readonly #client: Pick<Client, 'call'>;
  readonly #view = createObservable<TimelineView>({ timeline: EMPTY_TIMELINE, loading: 'first', failed: null });
  /** Counts jumps: responses to requests from before one are ignored. */
  #jump = 0;
  readonly #resolving = new Set<number>();
  /** Pages older than this leave a gap before the live publications. */
  #liveAfter = 0;
  /** Where the first page was requested. */
  #around: number | undefined;

  constructor(room: string, client: Pick<Client, 'call'>) {
    this.room = room;
    this.#client = client;
  }

  get view(): Observable<TimelineView> {
    return this.#view;
  }

  /** Shows the newest page, or the page around an offset. */
  open(around?: number): Promise<void> {
    this.#jump += 1;
    this.#around = around;
    this.#view.set({ timeline: EMPTY_TIMELINE, loading: 'first', failed: null });
    return this.#load('first', around === undefined ? {} : { around });
  }

  /** Loads the message: true if it was loaded already. */
  async reveal(offset: number): Promise<boolean> {
    if (findMessage(this.#view.get().timeline, offset) !== undefined) return true;
    await this.open(offset);
    return false;
  }

  /** The message at the offset, loaded if needed; undefined if it cannot be. */
  async find(offset: number): Promise<Message | undefined> {
    const known = findMessage(this.#view.get().timeline, offset);
    if (known !== undefined) return known;
    const where = { room: this.room, around: offset, limit: 1 };
    const page = await this.#client.call('chat.history', where).catch(() => undefined);
    const entry = page?.entries.find((each) => offsetOf(each) === offset);
    return entry?.kind === 'message' ? entry.message : undefined;
  }

  /** Retries what failed to load: at the person's request, or after a reconnect. */
  async retryFailed(): Promise<void> {
    const view = this.#view.get();
    if (view.failed === null) return;
    this.#view.set({ ...view, failed: null });
    if (view.failed === 'first') await this.open(this.#around);
    else if (view.failed === 'before') await this.loadBefore();
    else await this.loadAfter();
  }

  async loadBefore(): Promise<void> {
    const { timeline, loading, failed } = this.#view.get();
    const [first] = timeline.entries;
    if (loading !== null || failed !== null || !timeline.hasBefore || first === undefined) return;
    await this.#load('before', { before: offsetOf(first) });
  }

  async loadAfter(): Promise<void> {
    const { timeline, loading, failed } = this.#view.get();
    const last = timeline.entries.at(-1);
    if (loading !== null || failed !== null || !timeline.hasAfter || last === undefined) return;
    await this.#load('after', { after: offsetOf(last) });
  }

  /** Live publications continue after this offset. `missed`: some before it will never arrive, or the epoch changed. */
  continueAfter(offset: number, missed: boolean): void {
    this.#liveAfter = offset;
    const { timeline, loading } = this.#view.get();
    if (missed || (loading !== 'first' && timeline.top < offset)) void this.open();
  }

  apply(publication: RoomPublication): void {
    const view = this.#view.get();
    const timeline = applyRoomEvent(view.timeline, publication);
    if (timeline === view.timeline) return;
    this.#view.set({ ...view, timeline: keepNewest(timeline) });
    this.#resolveReplies();
  }

  async #load(which: 'first' | 'before' | 'after', where: Where): Promise<void> {
    const jump = this.#jump;
    this.#view.set({ ...this.#view.get(), loading: which, failed: null });
    try {
      const page = await this.#client.call('chat.history', { room: this.room, limit: PAGE, ...where });
      if (jump === this.#jump) this.#add(which, where, page);
    } catch {
      if (jump === this.#jump) this.#view.set({ ...this.#view.get(), loading: null, failed: which });
    }
  }

  #add(which: 'first' | 'before' | 'after', where: Where, page: HistoryPage): void {
    const timeline = addPage(this.#view.get().timeline, page);
    if (timeline === undefined || page.top < this.#liveAfter) return void this.#load(which, where);
    const kept = which === 'before' ? keepOldest(timeline) : keepNewest(timeline);
    this.#view.set({ timeline: kept, loading: null, failed: null });
    this.#resolveReplies();
  }

  /** Previews of original messages outside of this range. */
  #resolveReplies(): void {
    for (const offset of unresolvedReplies(this.#view.get().timeline)) {
      if (this.#resolving.has(offset)) continue;
      this.#resolving.add(offset);
      void this.#resolveReply(offset);
    }
  }

  async #resolveReply(offset: number): Promise<void> {
    try {
      const page = await this.#client.call('chat.history', { room: this.room, around: offset, limit: 1 });
      const view = this.#view.get();
      this.#view.set({ ...view, timeline: resolveReply(view.timeline, offset, page) });
    } catch {
      // The reply has no preview until the next publication or page retries.
    } finally {
      this.#resolving.delete(offset);
    }
  }
}

function keepNewest(timeline: Timeline): Timeline {
  if (timeline.entries.length <= KEPT) return timeline;
  return { ...timeline, entries: timeline.entries.slice(-KEPT), hasBefore: true };
}

function keepOldest(timeline: Timeline): Timeline {
  if (timeline.entries.length <= KEPT) return timeline;
  return { ...timeline, entries: timeline.entries.slice(0, KEPT), hasAfter: true };
}
