/** One Ctrl-C arrives several times: from the terminal, from npm and from tools/start.mjs. */
const SAME_SIGNAL_MS = 1_000;
const INTERRUPTED = 130;

/**
 * Aborted by the first Ctrl-C, so that a command can end with partial results; a later one ends the process at once.
 */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (first !== undefined && Date.now() - first > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
      first ??= Date.now();
      controller.abort();
    });
  }
  return controller.signal;
}
