/** Where this tab stores that it has reloaded for a missing part. */
const RELOADED = 'banyan-reloaded-at';
/** A second reload within this time would not help either. */
const PAUSE_MS = 60_000;

/** Whether a part of the app failed to load. Each browser has its own message. */
export function isMissingPart(error: unknown): boolean {
  const text = error instanceof Error ? error.message : '';
  // Chromium; Firefox; Safari; Vite, for styles.
  return /dynamically imported module|importing a module script|module script failed|Unable to preload/i.test(text);
}

/** Reloads the page, unless it just did. */
export function reloadOnce({
  storage = sessionStorage,
  reload = () => location.reload(),
}: {
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'>;
  readonly reload?: () => void;
} = {}): void {
  if (Date.now() - Number(storage.getItem(RELOADED) ?? 0) < PAUSE_MS) return;
  storage.setItem(RELOADED, String(Date.now()));
  reload();
}
