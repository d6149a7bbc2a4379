import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/**
 * Another screen begins at its top, and a person whose link is gone goes on from there by keyboard. Once for all
 * screens. What replaces an entry of the history, such as a search, leaves one where one is.
 */
export function useArrival(): void {
  const entry = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.state.__TSR_index });
  const last = useRef(entry);
  useEffect(() => {
    const isFirst = last.current === undefined;
    if (last.current === entry) return;
    last.current = entry;
    if (isFirst) return;
    const main = document.getElementById('main');
    main?.scrollTo(0, 0);
    focusIfLost(main);
  }, [entry]);
}

/** Gives an element the focus unless something else has it. */
export function focusIfLost(element: HTMLElement | null): void {
  if (document.activeElement === document.body) element?.focus();
}
