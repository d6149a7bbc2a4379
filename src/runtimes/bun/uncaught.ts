import type { Guard } from '../../core/guard.ts';

/**
 * Keeps the process running when an exception or a rejected promise is caught nowhere, counts it and writes a record. By
 * itself Bun would end the process, with every connection on it. Gives what takes that back.
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
