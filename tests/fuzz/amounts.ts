/**
 * `BANYAN_FUZZ_INPUTS=n` tries n inputs everywhere, also where the default is lower because a whole server handles
 * each.
 */
const WANTED = Number(process.env.BANYAN_FUZZ_INPUTS ?? 0);
/** The longest time per input on a busy machine. */
const INPUT_MS = 4;

/** Inputs for a stand-alone decoder: half a million take seconds. */
export const DECODED = inputs(500_000);

/** How many inputs to try: `usual`, unless the environment sets another number. */
export function inputs(usual: number): number {
  return WANTED > 0 ? WANTED : usual;
}

/** Milliseconds after which this many inputs count as hung. */
export function patience(count: number): number {
  return 60_000 + count * INPUT_MS;
}
