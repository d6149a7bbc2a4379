/** `BANYAN_FUZZ_INPUTS=n` tries everything with so many, also what usually gets fewer because a whole server takes each. */
const WANTED = Number(process.env.BANYAN_FUZZ_INPUTS ?? 0);
/** What one input takes at most on a machine that has other things to do. */
const INPUT_MS = 4;

/** Inputs for a decoder that stands alone: half a million cost it seconds. */
export const DECODED = inputs(500_000);

/** How many inputs to try; `usual` of them when nobody wants another number. */
export function inputs(usual: number): number {
  return WANTED > 0 ? WANTED : usual;
}

/** Milliseconds after which so many inputs hang. */
export function patience(count: number): number {
  return 60_000 + count * INPUT_MS;
}
