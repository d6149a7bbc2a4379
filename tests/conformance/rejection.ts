/**
 * What a promise rejects with. `expect(…).rejects` of bun:test waits in an event loop inside the event loop, in which
 * answers of other threads may not arrive; this one just waits.
 */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(`expected a rejection with an Error, got ${String(outcome)}`);
}
