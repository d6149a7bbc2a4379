/** New in every run and printed; `SEED=n` repeats a run. */
export const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

console.log(`fuzz: SEED=${SEED}`);
