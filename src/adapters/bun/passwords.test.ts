import { expect, test } from 'bun:test';
import { bunPasswords } from './passwords.ts';

test('a hash is salted argon2id with 19 MiB and 2 passes, and verifies its own password only', async () => {
  const [one, two] = await Promise.all([bunPasswords.hash('a quiet banyan'), bunPasswords.hash('a quiet banyan')]);
  expect(one).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
  expect(one).not.toBe(two);
  expect(await bunPasswords.verify('a quiet banyan', one)).toBe(true);
  expect(await bunPasswords.verify('a quiet banyaN', one)).toBe(false);
});

test('a text that is no hash is an error, not a refusal', async () => {
  await expect(bunPasswords.verify('a quiet banyan', 'plain')).rejects.toThrow();
});
