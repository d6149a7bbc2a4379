import type { Passwords } from '../../ports/passwords.ts';

const COST = { algorithm: 'argon2id', memoryCost: 19 * 1024, timeCost: 2 } as const;

/** The hash of a discarded random text. Its cost must be `COST`. */
const DECOY =
  '$argon2id$v=19$m=19456,t=2,p=1$mF/Mbhk32XLh9OklHxpM7eqCSmH2Tu1S7XvvJh6I5GA$3mGXLrmEuN9a/+QRVhItM8up+qc4OWak2Gplh5x6KHw';

/** Bun's argon2id, on its thread pool. */
export function createPasswords(): Passwords {
  return {
    hash: (password) => Bun.password.hash(password, COST),
    verify: (password, hash) => Bun.password.verify(password, hash, 'argon2id'),
    decoy: DECOY,
  };
}
