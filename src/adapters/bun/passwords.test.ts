import { expect, test } from 'bun:test';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords();

test('a hash is salted argon2id with 19 MiB and 2 passes, and verifies its own password only', async () => {
  const [one, two] = await Promise.all([passwords.hash('a quiet banyan'), passwords.hash('a quiet banyan')]);
  expect(one).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
  expect(one).not.toBe(two);
  expect(await passwords.verify('a quiet banyan', one)).toBe(true);
  expect(await passwords.verify('a quiet banyaN', one)).toBe(false);
});

test('a malformed hash is an error, not a mismatch', async () => {
  await expect(passwords.verify('a quiet banyan', 'plain')).rejects.toThrow();
});

test('verifying the decoy costs the same and never matches', async () => {
  const cost = (hash: string) => hash.split('$').slice(0, 4).join('$');
  expect(cost(passwords.decoy)).toBe(cost(await passwords.hash('a quiet banyan')));
  expect(await passwords.verify('a quiet banyan', passwords.decoy)).toBe(false);
});
