import { useSyncExternalStore } from 'react';

/** Whether the person looks at this page: it is visible and focused. */
export function useIsLookedAt(): boolean {
  return useSyncExternalStore(subscribe, isLookedAt);
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}
