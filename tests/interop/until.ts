/** Waits for a condition, at most 30 s: a busy machine is slow. */
export async function until(isIt: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await isIt()); await Bun.sleep(5)) {
    if (Date.now() > deadline) throw new Error('the condition did not become true');
  }
}
