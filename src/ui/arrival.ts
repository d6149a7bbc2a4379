import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/**
 * Another screen starts at its top, and gets the keyboard focus if the followed link is gone. Once for all screens. A
 * replaced history entry, such as a search, changes nothing.
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
