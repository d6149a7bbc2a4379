import { useCallback, useEffect, useRef, useState } from 'react';

/** `stale`: what is shown while the same is read again. */
export type Loaded<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready'; readonly value: Value; readonly isStale: boolean };

/**
 * Reads something, again whenever `key` is another one, and shows what it was until then. Of several answers under way
 * only the last one asked for counts.
 */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): readonly [Loaded<Value>, () => void] {
  const [state, setState] = useState<Loaded<Value>>({ kind: 'loading' });
  const asked = useRef(0);
  const loading = useRef(load);
  loading.current = load;
  const reload = useCallback(() => {
    asked.current += 1;
    const mine = asked.current;
    const settle = (next: Loaded<Value>) => {
      if (asked.current === mine) setState(next);
    };
    setState((known) => (known.kind === 'ready' ? { ...known, isStale: true } : { kind: 'loading' }));
    loading.current().then(
      (value) => settle({ kind: 'ready', value, isStale: false }),
      (error) => settle({ kind: 'failed', error }),
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key means something else to read
  useEffect(() => {
    reload();
    return () => {
      asked.current += 1;
    };
  }, [key, reload]);
  return [state, reload];
}
