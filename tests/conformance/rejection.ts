/**
 * The error a promise rejects with. `expect(…).rejects` of bun:test runs a nested event loop in which replies of other
 * threads may not arrive; this function awaits normally.
 */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(`expected a rejection with an Error, got ${String(outcome)}`);
}
