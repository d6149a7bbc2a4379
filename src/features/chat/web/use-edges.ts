import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { TimelineStore } from './timeline-store.ts';

/** Pixels from the end that still count as "at the end". */
export const AT_END_PX = 32;
/** Pixels from an edge at which the next page is loaded. */
const NEAR_EDGE_PX = 800;
/** Frames without movement that count as still; and the maximum number of frames to wait for that. */
const RESTING_FRAMES = 4;
const MOST_FRAMES = 30;

export type Edges = {
  readonly atEnd: boolean;
  /** Checks again: a background page gets no scroll events. */
  check(): void;
};

/**
 * Loads more near the edges; returns whether the reader is at the end. While the list scrolls to `focus`, or to its end
 * when it opens, nothing is loaded: it scrolls to a row index, which older rows would change.
 */
export function useEdges(scroller: RefObject<HTMLDivElement | null>, store: TimelineStore, focus: unknown): Edges {
  const [atEnd, setAtEnd] = useState(focus === null);
  const isOnItsWay = useRef(true);
  const check = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    setAtEnd(below <= AT_END_PX);
    if (isOnItsWay.current) return;
    if (element.scrollTop < NEAR_EDGE_PX) void store.loadBefore();
    if (below < NEAR_EDGE_PX) void store.loadAfter();
  }, [scroller, store]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another focus sends the list on its way again
  useEffect(() => {
    isOnItsWay.current = true;
    return onceAtRest(scroller, () => {
      isOnItsWay.current = false;
      check();
    });
  }, [scroller, check, focus]);
  useEffect(() => {
    const element = scroller.current;
    element?.addEventListener('scroll', check, { passive: true });
    // A page may be too short to scroll: check again after each render.
    const stop = store.view.subscribe(() => requestAnimationFrame(check));
    return () => {
      element?.removeEventListener('scroll', check);
      stop();
    };
  }, [scroller, store, check]);
  useEffect(() => stayAtEnd(scroller.current, check), [scroller, check]);
  return { atEnd, check };
}

/**
 * A reader at the end stays there when the view gets smaller: by a notice above it, a longer draft below it, a phone's
 * keyboard. The browser would keep the top instead.
 */
function stayAtEnd(element: HTMLElement | null, then: () => void): () => void {
  if (element === null) return () => undefined;
  let height = element.clientHeight;
  const observer = new ResizeObserver(() => {
    const below = element.scrollHeight - element.scrollTop - height;
    height = element.clientHeight;
    if (below <= AT_END_PX) element.scrollTop = element.scrollHeight;
    then();
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Calls back once the element has not moved for some frames. Returns a function that cancels this. */
function onceAtRest(scroller: RefObject<HTMLDivElement | null>, then: () => void): () => void {
  let last: number | undefined;
  let resting = 0;
  let frames = 0;
  const look = () => {
    const at = scroller.current?.scrollTop;
    resting = at === last ? resting + 1 : 0;
    last = at;
    frames += 1;
    if (resting < RESTING_FRAMES && frames < MOST_FRAMES) request = requestAnimationFrame(look);
    else then();
  };
  let request = requestAnimationFrame(look);
  return () => cancelAnimationFrame(request);
}
