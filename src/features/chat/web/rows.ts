import type { Message, TimelineEntry } from '../../../contracts/chat/contract.ts';
import type { OutboxItem } from './outbox-storage.ts';

type Notice = Extract<TimelineEntry, { kind: 'notice' }>;

/** One row of the timeline on screen. `key` stays the same as long as the row represents the same thing. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'notice'; readonly key: string; readonly notice: Notice }
  | { readonly kind: 'message'; readonly key: string; readonly message: Message; readonly startsGroup: boolean }
  | { readonly kind: 'unsent'; readonly key: string; readonly item: OutboxItem; readonly startsGroup: boolean };

export type RowsInput = {
  readonly entries: readonly TimelineEntry[];
  /** Unsent messages of this room; those whose publication is already loaded are left out. */
  readonly unsent: readonly OutboxItem[];
  readonly me: string;
  /** The divider is before the first message of others after this offset; null: no divider. */
  readonly readOffset: number | null;
  readonly dayKey: (ms: number) => string;
};

/** Messages of one person within this time are grouped. */
const GROUP_MS = 5 * 60_000;

type Last = { readonly sender: string; readonly at: number } | undefined;

/**
 * The rows of a timeline: messages and notices in order, with days and the new-message divider between, unsent ones
 * last.
 */
export function buildRows(input: RowsInput): readonly Row[] {
  const rows: Row[] = [];
  let day = '';
  let last: Last;
  let lineDrawn = input.readOffset === null;
  const startDay = (at: number) => {
    const key = input.dayKey(at);
    if (key === day) return;
    day = key;
    last = undefined;
    rows.push({ kind: 'day', key: `day-${key}`, at });
  };
  for (const entry of input.entries) {
    startDay(timeOf(entry));
    if (!lineDrawn && isNew(entry, input)) {
      lineDrawn = true;
      last = undefined;
      rows.push({ kind: 'new', key: 'new' });
    }
    rows.push(rowOf(entry, last));
    last = entry.kind === 'message' ? { sender: entry.message.sender, at: entry.message.sentAt } : undefined;
  }
  for (const item of stillUnsent(input)) {
    startDay(item.createdAt);
    rows.push({
      kind: 'unsent',
      key: `m-${item.key}-${input.me}`,
      item,
      startsGroup: startsGroup(last, input.me, item.createdAt),
    });
    last = { sender: input.me, at: item.createdAt };
  }
  return rows;
}

function rowOf(entry: TimelineEntry, last: Last): Row {
  if (entry.kind === 'notice') return { kind: 'notice', key: `n-${entry.offset}`, notice: entry };
  const { message } = entry;
  const starts = startsGroup(last, message.sender, message.sentAt) || message.replyTo !== null;
  // Own messages keep their key from before they were sent, so that the row is not replaced.
  return { kind: 'message', key: `m-${message.key}-${message.sender}`, message, startsGroup: starts };
}

function startsGroup(last: Last, sender: string, at: number): boolean {
  return last === undefined || last.sender !== sender || at - last.at > GROUP_MS;
}

function isNew(entry: TimelineEntry, { me, readOffset }: RowsInput): boolean {
  if (entry.kind !== 'message' || readOffset === null) return false;
  return entry.message.sender !== me && entry.message.offset > readOffset;
}

function stillUnsent({ entries, unsent, me }: RowsInput): readonly OutboxItem[] {
  const echoed = new Set(
    entries.flatMap((entry) => (entry.kind === 'message' && entry.message.sender === me ? [entry.message.key] : [])),
  );
  return unsent.filter(({ key }) => !echoed.has(key));
}

function timeOf(entry: TimelineEntry): number {
  return entry.kind === 'message' ? entry.message.sentAt : entry.at;
}
