import { useCallback, useSyncExternalStore } from 'react';
import { useApp, type Whereabouts } from '../../../ui/app-context.tsx';

/** Follows whether a person is online while the component is on screen. Undefined until known, or for null. */
export function useWhereabouts(user: string | null): Whereabouts | undefined {
  const { people } = useApp();
  const watch = useCallback(
    (listener: () => void) => (user === null ? () => undefined : people.watch(user, listener)),
    [people, user],
  );
  return useSyncExternalStore(watch, () => (user === null ? undefined : people.whereabouts(user)));
}
