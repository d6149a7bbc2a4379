/**
 * The largest `ttl` that every client accepts: SDKs read it as `uint32` or `int32` (centrifuge `client.proto`), so that
 * a larger one is an error.
 */
const MAX_SECONDS = 2_147_483_647;

/** Whole seconds from `now` until `end` (both in milliseconds since 1970), as sent to clients: 1 to 2^31 - 1. */
export function secondsLeft(end: number, now: number): number {
  return Math.min(MAX_SECONDS, Math.max(1, Math.ceil((end - now) / 1_000)));
}
