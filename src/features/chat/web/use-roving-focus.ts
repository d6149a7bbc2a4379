import type { Virtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, type KeyboardEvent, type RefObject, useState } from 'react';
import type { Row } from './rows.ts';

type List = Virtualizer<HTMLDivElement, Element>;
type Parts = {
  readonly list: List;
  readonly rows: readonly Row[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Escape. */
  readonly onLeave: () => void;
};

/** Maximum frames until a row that was scrolled to is rendered. */
const DRAWN_WITHIN = 10;
const CONTROLS = 'a[href], button';

/**
 * Makes a list of messages one stop of the Tab key: the last focused message, or the lowest visible one. Up and down
 * move between messages, Home and End go to the first and last loaded one, left and right to a message's controls, and
 * Escape leaves.
 */
export function useRovingFocus({ list, rows, scroller, onLeave }: Parts) {
  const [last, setLast] = useState<string | null>(null);
  const onFocus = ({ target }: FocusEvent) => {
    const row = rows[indexOf(target)];
    if (row !== undefined) setLast(row.key);
  };
  const goTo = (index: number, frames = DRAWN_WITHIN) => {
    const message = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] article`);
    if (message) return message.focus();
    list.scrollToIndex(index);
    if (frames > 0) requestAnimationFrame(() => goTo(index, frames - 1));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, target, currentTarget } = event;
    // Menus belong to their message, but are elsewhere in the page.
    if (event.defaultPrevented || hasModifier(event) || !currentTarget.contains(target as Node)) return;
    const to = nextIndex(rows, key, indexOf(target as Element));
    if (key === 'Escape') onLeave();
    else if (to !== undefined) goTo(to);
    else if (!goSideways(key, target as Element)) return;
    event.preventDefault();
  };
  return { tabStop: tabStopOf(list, rows, last), onFocus, onKeyDown };
}

function hasModifier({ altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return altKey || ctrlKey || metaKey || shiftKey;
}

function indexOf(element: Element): number {
  return Number(element.closest('[data-index]')?.getAttribute('data-index') ?? -1);
}

function isStop(row: Row | undefined): boolean {
  return row?.kind === 'unsent' || (row?.kind === 'message' && row.message.recalledAt === null);
}

/** The target of a key; undefined for other keys, and at either end. */
export function nextIndex(rows: readonly Row[], key: string, from: number): number | undefined {
  const after = (start: number, by: 1 | -1): number | undefined => {
    for (let at = start; at >= 0 && at < rows.length; at += by) if (isStop(rows[at])) return at;
    return undefined;
  };
  switch (key) {
    case 'ArrowUp':
      return after(from - 1, -1);
    case 'ArrowDown':
      return after(from + 1, 1);
    case 'Home':
      return after(0, 1);
    case 'End':
      return after(rows.length - 1, -1);
    default:
      return undefined;
  }
}

/** Between a message and its links and buttons. True if it moved. */
function goSideways(key: string, from: Element): boolean {
  const message = from.closest('article');
  // A block of code scrolls instead.
  if (message === null || from.tagName === 'PRE' || (key !== 'ArrowLeft' && key !== 'ArrowRight')) return false;
  const stops = [message, ...message.querySelectorAll<HTMLElement>(CONTROLS)];
  const to = stops[stops.indexOf(from as HTMLElement) + (key === 'ArrowRight' ? 1 : -1)];
  to?.focus();
  return true;
}

/** Only rendered elements can be focused. */
function tabStopOf(list: List, rows: readonly Row[], last: string | null): string | undefined {
  const drawn = list.getVirtualItems();
  if (last !== null && drawn.some(({ key }) => key === last)) return last;
  const inView = drawn.filter(({ index }) => isStop(rows[index]));
  const lowest = list.range?.endIndex ?? Number.POSITIVE_INFINITY;
  return (inView.findLast(({ index }) => index <= lowest) ?? inView.at(-1))?.key as string | undefined;
}
