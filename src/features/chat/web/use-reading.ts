import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { offsetOf } from '../state.ts';
import { useChat } from './chat-context.tsx';
import { comeUpTo, isSeen, type NewLine, seeUpTo, startLine, withoutLine } from './new-line.ts';
import type { Row } from './rows.ts';
import type { TimelineView } from './timeline-store.ts';
import type { Edges } from './use-edges.ts';

/** Time to see where the new messages began. */
const LINE_MS = 30_000;

type Reading = {
  readonly view: TimelineView;
  /** Whether the timeline is scrolled to its end. */
  readonly atEnd: boolean;
  readonly isLookedAt: boolean;
};

type LineOnScreen = Pick<NewLine, 'after'> & {
  /** Nobody has seen yet what is below it. */
  readonly isUnseen: boolean;
};

/** The new-message line of the open room. */
export function useNewLine(room: RoomSummary, { view, atEnd, isLookedAt }: Reading): LineOnScreen {
  const newest = newestOf(view);
  const [last, setLine] = useState(() => startLine(room.readOffset, newest));
  const sees = atEnd && isLookedAt && !view.timeline.hasAfter;
  const line = sees ? seeUpTo(last, newest) : comeUpTo(last, newest);
  if (line !== last) setLine(line);
  const { after } = line;
  const mayGo = isSeen(line);
  useEffect(() => {
    if (!mayGo) return;
    // A divider that has moved meanwhile has its own effect and timer.
    const timer = setTimeout(() => setLine((now) => (now.after === after ? withoutLine(now) : now)), LINE_MS);
    return () => clearTimeout(timer);
  }, [mayGo, after]);
  return { after, isUnseen: after !== null && !mayGo };
}

/** Visible messages count as read while the person looks at them. */
export function useMarkRead(room: RoomSummary, { view, atEnd, isLookedAt }: Reading): void {
  const { markRead } = useChat();
  const upTo = atEnd && isLookedAt && !view.timeline.hasAfter ? newestOf(view) : 0;
  useEffect(() => {
    if (upTo > 0) markRead(room.id, upTo);
  }, [markRead, room.id, upTo]);
}

/**
 * Nobody looks: the end is followed only until the first unread message reaches the top of the screen. Needs
 * `followOnAppend` off while nobody looks.
 */
export function useFirstUnreadInView(
  list: Virtualizer<HTMLDivElement, Element>,
  rows: readonly Row[],
  { atEnd, check, isLookedAt, isUnseen }: Edges & Pick<Reading, 'isLookedAt'> & Pick<LineOnScreen, 'isUnseen'>,
): void {
  const follows = useRef(false);
  useEffect(() => {
    if (isLookedAt) follows.current = atEnd;
  }, [isLookedAt, atEnd]);
  useLayoutEffect(() => {
    if (isLookedAt || !follows.current || rows.length === 0) return;
    const line = isUnseen ? rows.findIndex(({ kind }) => kind === 'new') : -1;
    const start = list.measurementsCache[line]?.start;
    if (start === undefined || list.getTotalSize() - start < (list.scrollRect?.height ?? 0)) {
      list.scrollToIndex(rows.length - 1, { align: 'end' });
      return;
    }
    follows.current = false;
    list.scrollToIndex(line, { align: 'start' });
    check();
  }, [list, rows, isLookedAt, isUnseen, check]);
}

function newestOf({ timeline }: TimelineView): number {
  const last = timeline.entries.at(-1);
  return last === undefined ? 0 : offsetOf(last);
}
