import { type FunctionComponent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { loadPart } from './load-part.ts';
import { showToast } from './toast.tsx';

/** By then the first screen is shown, except on very slow connections. */
const PRELOAD_AFTER_MS = 1_500;
const RETRY_MS = 3_000;

type Part<Props> = { loaded: FunctionComponent<Props> | undefined; readonly load: () => Promise<void> };

/**
 * A component that is not part of the first screen's code. It is loaded a little later in the background, so that it is
 * available when needed, even offline.
 */
export function later<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  const part: Part<Props> = {
    loaded: undefined,
    load: async () => {
      part.loaded ??= await loadPart(load);
    },
  };
  setTimeout(() => part.load().catch(() => undefined), PRELOAD_AFTER_MS);
  return (props) => <Later part={part} props={props} />;
}

function Later<Props extends object>({ part, props }: { readonly part: Part<Props>; readonly props: Props }) {
  const [Component, setComponent] = useState(() => part.loaded);
  useStarted(Component === undefined, async () => {
    await part.load();
    setComponent(() => part.loaded);
  });
  return Component === undefined ? null : <Component {...props} />;
}

/** Loads it when needed, retries on failure, and reports the failure once. */
function useStarted(isWanted: boolean, start: () => Promise<void>): void {
  const { t } = useTranslation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each drawing brings another function that does the same
  useEffect(() => {
    if (!isWanted) return;
    let timer: ReturnType<typeof setTimeout>;
    const attempt = (onFailure: () => void) => {
      start().catch(() => {
        onFailure();
        timer = setTimeout(attempt, RETRY_MS, () => undefined);
      });
    };
    attempt(() => showToast(t('ui.loadFailed'), 'error'));
    return () => clearTimeout(timer);
  }, [isWanted]);
}
