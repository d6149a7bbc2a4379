import type { Guard } from '../../core/guard.ts';

/**
 * Keeps the process running after an uncaught exception or unhandled rejection, counts it and logs it. Bun by default
 * would end the process, with every connection on it. Returns a function that undoes this.
 */
export function catchUncaught(guard: Guard): () => void {
  const report = (thrown: unknown) => guard.failed('uncaught', thrown);
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
  return () => {
    process.off('uncaughtException', report);
    process.off('unhandledRejection', report);
  };
}
