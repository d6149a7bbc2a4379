import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef } from 'react';

type List = Virtualizer<HTMLDivElement, Element>;

/**
 * Keeps the rows on screen in place when a row above them changes its height: when it is first measured, edited or
 * reacted to.
 *
 * The list itself only considers the top of the view. That is not enough for rows that are first measured while the
 * reader scrolls up: they are already in view, above rows that were on screen before.
 */
export function useSteadyRows(list: List): void {
  const topMeasured = useRef<VirtualItem['key'] | null>(null);
  useLayoutEffect(() => keepSteady(list, () => topMeasured.current), [list]);
  // After each commit, so that it stays the same row while the new rows of a commit are measured one by one.
  useLayoutEffect(() => {
    topMeasured.current = topMeasuredOf(list);
  });
}

function keepSteady(list: List, topMeasured: () => VirtualItem['key'] | null): void {
  list.shouldAdjustScrollPositionOnItemSizeChange = (row) =>
    isAboveView(row, list) || isAboveMeasured(row, list, topMeasured());
}

/** The first of the rows that are all measured down to the bottom of the view; null if the last one in view is not. */
function topMeasuredOf(list: List): VirtualItem['key'] | null {
  const bottom = bottomOf(list);
  const inView = list.getVirtualItems().filter(({ start }) => start < bottom);
  const unmeasured = inView.findLastIndex(({ key }) => !list.itemSizeCache.has(key));
  return inView[unmeasured + 1]?.key ?? null;
}

function bottomOf(list: List): number {
  return (list.scrollOffset ?? 0) + (list.scrollRect?.height ?? 0);
}

function isAboveView(row: VirtualItem, list: List): boolean {
  const top = list.scrollOffset ?? 0;
  return list.itemSizeCache.has(row.key) ? row.end <= top : row.start < top;
}

/** Whether a row that is first measured is above the rows measured before, and those are on screen. */
function isAboveMeasured(row: VirtualItem, list: List, topMeasured: VirtualItem['key'] | null): boolean {
  if (topMeasured === null || list.itemSizeCache.has(row.key)) return false;
  const known = list.getVirtualItems().find(({ key }) => key === topMeasured);
  return known !== undefined && row.index < known.index && known.start < bottomOf(list);
}
