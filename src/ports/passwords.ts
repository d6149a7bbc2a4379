/**
 * Slow, salted hashes of passwords (argon2id, 19 MiB, 2 passes: OWASP's minimum). Each call holds that memory while
 * it runs and does not block the event loop; the caller keeps only a few under way at once.
 */
export interface Passwords {
  /** A text that holds algorithm, cost, salt and hash. */
  hash(password: string): Promise<string>;
  /** Rejects when `hash` is not a text that `hash()` made. */
  verify(password: string, hash: string): Promise<boolean>;
  /** A hash of the same cost that fits no password: what is verified when there is nobody to verify. */
  readonly decoy: string;
}
