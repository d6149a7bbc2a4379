import type { Passwords } from '../../ports/passwords.ts';

const COST = { algorithm: 'argon2id', memoryCost: 19 * 1024, timeCost: 2 } as const;

/** Bun's argon2id, on its thread pool. */
export const bunPasswords: Passwords = {
  hash: (password) => Bun.password.hash(password, COST),
  verify: (password, hash) => Bun.password.verify(password, hash, 'argon2id'),
};
