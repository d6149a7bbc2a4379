import { useSyncExternalStore } from 'react';
import { createObservable } from '../../client/listeners.ts';

type Tone = 'info' | 'error';
type Toast = { readonly id: number; readonly text: string; readonly tone: Tone };

const SHOWN_MS = { info: 2_500, error: 6_000 } as const;
const toasts = createObservable<readonly Toast[]>([]);
let lastId = 0;

/** Shows a message for a few seconds at the bottom of the page. */
export function showToast(text: string, tone: Tone = 'info'): void {
  lastId += 1;
  const id = lastId;
  toasts.set([...toasts.get(), { id, text, tone }].slice(-3));
  setTimeout(() => toasts.set(toasts.get().filter((toast) => toast.id !== id)), SHOWN_MS[tone]);
}

/** Where toasts appear; once per page. */
export function Toaster() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4"
    >
      {shown.map(({ id, text, tone }) => (
        <p
          key={id}
          className={`max-w-full animate-[appear_100ms] rounded-lg px-4 py-2 text-sm shadow-[0_4px_16px_var(--shadow)] ${tone === 'error' ? 'bg-danger text-surface' : 'bg-ink text-surface'}`}
        >
          {text}
        </p>
      ))}
    </div>
  );
}
