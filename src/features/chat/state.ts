import type { HistoryPage, Message, TimelineEntry } from '../../contracts/chat/contract.ts';
import type { RoomEvent } from '../../contracts/chat/events.ts';
import { PREVIEW_LENGTH } from '../../contracts/chat/limits.ts';

/** A room's event with its offset in the room's channel. */
export type RoomPublication = { readonly offset: number; readonly event: RoomEvent };

/**
 * A contiguous part of a room's timeline, updated by the room's publications. `hasBefore` and `hasAfter` say whether
 * there is more on either side; while there is more after it, new messages are not added.
 *
 * Pages and publications may cross: applying publications that a page already contains changes nothing, and those a
 * page does not contain are applied to it from `recent`.
 */
export type Timeline = {
  readonly entries: readonly TimelineEntry[];
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
  /** All publications up to here have been applied. */
  readonly top: number;
  /** The last publications applied: all after `recentFrom`. */
  readonly recent: readonly RoomPublication[];
  readonly recentFrom: number;
};

type Draft = { -readonly [K in keyof Timeline]: Timeline[K] } & { entries: TimelineEntry[] };
type Reply = NonNullable<Message['replyTo']>;

const RECENT_LIMIT = 500;

/** Nothing is loaded yet; pass in the room's publications from when the first page is requested. */
export const EMPTY_TIMELINE: Timeline = {
  entries: [],
  hasBefore: true,
  hasAfter: true,
  top: 0,
  recent: [],
  recentFrom: 0,
};

/** Applies one publication; repeated ones change nothing. */
export function applyRoomEvent(timeline: Timeline, publication: RoomPublication): Timeline {
  return applyRoomEvents(timeline, [publication]);
}

/** Like `applyRoomEvent`, for many in offset order. */
export function applyRoomEvents(timeline: Timeline, publications: readonly RoomPublication[]): Timeline {
  const fresh = publications.filter(({ offset }) => offset > timeline.top);
  const [first] = fresh;
  if (first === undefined) return timeline;
  const draft: Draft = { ...timeline, entries: [...timeline.entries] };
  for (const publication of fresh) apply(draft, publication);
  if (timeline.top === 0) draft.recentFrom = first.offset - 1;
  draft.recent = [...timeline.recent, ...fresh];
  forgetOldest(draft);
  draft.top = draft.recent.at(-1)?.offset ?? timeline.top;
  return draft;
}

/**
 * Adds a page of `chat.history` requested before the first entry's offset, after the last one's, or as the first page.
 * Returns undefined for a page too old to update: request it again.
 */
export function addPage(timeline: Timeline, page: HistoryPage): Timeline | undefined {
  const isFirst = timeline.entries.length === 0;
  if (page.top < timeline.recentFrom) return undefined;
  const draft: Draft = { ...timeline, entries: merge(timeline.entries, page.entries) };
  if (isFirst || coversStart(timeline, page)) draft.hasBefore = page.hasBefore;
  if (isFirst || coversEnd(timeline, page)) draft.hasAfter = page.hasAfter;
  replay(draft, page.top);
  for (const offset of unresolvedReplies(draft)) resolve(draft, offset, findMessage(draft, offset));
  if (isFirst && page.top > timeline.top) Object.assign(draft, { top: page.top, recent: [], recentFrom: page.top });
  return draft;
}

/** The message at this offset, if it is in the timeline. */
export function findMessage(timeline: Timeline, offset: number): Message | undefined {
  const entry = timeline.entries[indexOf(timeline.entries, offset)];
  return entry?.kind === 'message' && entry.message.offset === offset ? entry.message : undefined;
}

/** Offsets of original messages that are not loaded: call `chat.history` around each. */
export function unresolvedReplies(timeline: Timeline): readonly number[] {
  const replies = timeline.entries.flatMap((entry) => (entry.kind === 'message' ? (entry.message.replyTo ?? []) : []));
  return [...new Set(replies.filter(({ sender }) => sender === '').map(({ offset }) => offset))];
}

/** Fills in the previews of an original message, from a page that has it. */
export function resolveReply(timeline: Timeline, offset: number, page: HistoryPage): Timeline {
  const known = addPage({ ...timeline, entries: [] }, page);
  const draft: Draft = { ...timeline, entries: [...timeline.entries] };
  if (known !== undefined) resolve(draft, offset, findMessage(known, offset));
  return draft;
}

/** The entry's offset in its room. */
export function offsetOf(entry: TimelineEntry): number {
  return entry.kind === 'message' ? entry.message.offset : entry.offset;
}

/** The beginning of a message's text, for lists and replies. */
export function shorten(text: string): string {
  // Most texts are short, and splitting by code points is slow.
  return text.length <= PREVIEW_LENGTH ? text : [...text].slice(0, PREVIEW_LENGTH).join('');
}

function apply(draft: Draft, { offset, event }: RoomPublication): void {
  const { at } = event;
  switch (event.type) {
    case 'message':
      return insert(draft, { kind: 'message', message: messageOf(draft, offset, event) });
    case 'edited': {
      const { text } = event;
      changeMessage(draft, event.message, (message) => ({ ...message, text, editedAt: at }));
      return changeReplies(draft, event.message, (reply) =>
        isOpen(reply) ? { ...reply, text: shorten(text) } : reply,
      );
    }
    case 'recalled':
      changeMessage(draft, event.message, (message) => ({ ...message, text: '', recalledAt: at, reactions: [] }));
      return changeReplies(draft, event.message, (reply) => ({ ...reply, text: '', recalled: true }));
    case 'reacted':
      return changeMessage(draft, event.message, (message) => ({ ...message, reactions: react(message, event) }));
    case 'created':
    case 'renamed':
    case 'pictured':
    case 'joined':
    case 'left':
    case 'removed':
    case 'promoted':
      return insert(draft, { kind: 'notice', offset, at, event });
    default:
      return event satisfies never;
  }
}

function messageOf(draft: Draft, offset: number, event: Extract<RoomEvent, { type: 'message' }>): Message {
  const { key, sender, text, at, replyTo } = event;
  return {
    offset,
    key,
    sender,
    text,
    sentAt: at,
    editedAt: null,
    recalledAt: null,
    replyTo: replyTo === undefined ? null : replyOf(draft, replyTo),
    reactions: [],
  };
}

/** A message that is not loaded has no sender; see `unresolvedReplies`. */
function replyOf(draft: Draft, offset: number): Reply {
  const target = findMessage(draft, offset);
  return target === undefined ? { offset, sender: '', text: '', recalled: false } : previewOf(target);
}

function previewOf({ offset, sender, text, recalledAt }: Message): Reply {
  return { offset, sender, text: shorten(text), recalled: recalledAt !== null };
}

function isOpen({ sender, recalled }: Reply): boolean {
  return sender !== '' && !recalled;
}

function insert(draft: Draft, entry: TimelineEntry): void {
  if (draft.hasAfter) return;
  const index = indexOf(draft.entries, offsetOf(entry));
  const there = draft.entries[index];
  if (there === undefined || offsetOf(there) !== offsetOf(entry)) draft.entries.splice(index, 0, entry);
}

/** Recalled messages never change again. */
function changeMessage(draft: Draft, offset: number, change: (message: Message) => Message): void {
  const message = findMessage(draft, offset);
  if (message === undefined || message.recalledAt !== null) return;
  draft.entries[indexOf(draft.entries, offset)] = { kind: 'message', message: change(message) };
}

function changeReplies(draft: Draft, offset: number, change: (reply: Reply) => Reply): void {
  for (const [index, entry] of draft.entries.entries()) {
    if (entry.kind !== 'message' || entry.message.replyTo?.offset !== offset) continue;
    draft.entries[index] = { kind: 'message', message: { ...entry.message, replyTo: change(entry.message.replyTo) } };
  }
}

function resolve(draft: Draft, offset: number, target: Message | undefined): void {
  if (target !== undefined) changeReplies(draft, offset, () => previewOf(target));
}

function react({ reactions }: Message, event: Extract<RoomEvent, { type: 'reacted' }>): Message['reactions'] {
  const { emoji, by, on } = event;
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) return on ? [...reactions, { emoji, users: [by] }] : reactions;
  if (on === known.users.includes(by)) return reactions;
  const users = on ? [...known.users, by] : known.users.filter((user) => user !== by);
  if (users.length === 0) return reactions.filter((reaction) => reaction !== known);
  return reactions.map((reaction) => (reaction === known ? { emoji, users } : reaction));
}

/** Index of the first entry at or after the offset. */
function indexOf(entries: readonly TimelineEntry[], offset: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetOf(entries[middle] as TimelineEntry) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Both in offset order; where they overlap the page's entries win. */
function merge(entries: readonly TimelineEntry[], page: readonly TimelineEntry[]): TimelineEntry[] {
  const [first, last] = [page[0], page.at(-1)];
  if (first === undefined || last === undefined) return [...entries];
  const before = entries.slice(0, indexOf(entries, offsetOf(first)));
  return [...before, ...page, ...entries.slice(indexOf(entries, offsetOf(last) + 1))];
}

function coversStart({ entries }: Timeline, page: HistoryPage): boolean {
  const [first] = page.entries;
  return first === undefined ? !page.hasBefore : offsetOf(first) <= offsetOf(entries[0] as TimelineEntry);
}

function coversEnd({ entries }: Timeline, page: HistoryPage): boolean {
  const last = page.entries.at(-1);
  return last === undefined ? !page.hasAfter : offsetOf(last) >= offsetOf(entries.at(-1) as TimelineEntry);
}

/** Applies again what arrived after a page was read. */
function replay(draft: Draft, from: number): void {
  for (const publication of draft.recent) if (publication.offset > from) apply(draft, publication);
}

function forgetOldest(draft: Draft): void {
  const surplus = draft.recent.length - RECENT_LIMIT;
  if (surplus <= 0) return;
  draft.recentFrom = draft.recent[surplus - 1]?.offset ?? draft.recentFrom;
  draft.recent = draft.recent.slice(surplus);
}
