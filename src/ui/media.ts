import { useSyncExternalStore } from 'react';

/** Whether a media query holds, now and whenever it changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

/** One column instead of two. The same width as Tailwind's `md`. */
export function useIsPhone(): boolean {
  return useMedia('(width < 48rem)');
}

/** A touch screen: the keyboard is then most likely on the screen. */
export function useIsTouched(): boolean {
  return useMedia('(pointer: coarse)');
}
