/**
 * Slow, salted password hashes (argon2id, 19 MiB, 2 passes: OWASP's minimum). Each call uses that memory while it runs
 * and does not block the event loop; the caller limits concurrent calls.
 */
export interface Passwords {
  /** A text with algorithm, cost, salt and hash. */
  hash(password: string): Promise<string>;
  /** Rejects if `hash` is not an output of `hash()`. */
  verify(password: string, hash: string): Promise<boolean>;
  /** A hash of the same cost that matches no password: verified if the account does not exist. */
  readonly decoy: string;
}
