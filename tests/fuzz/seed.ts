/** Chosen anew in every run and printed with it; `SEED=n` makes the same choices again. */
export const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

console.log(`fuzz: SEED=${SEED}`);
