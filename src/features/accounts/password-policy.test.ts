import { describe, expect, test } from 'bun:test';
import { ClientError } from '../../core/errors.ts';
import { checkPassword, normalisePassword } from './password-policy.ts';

const ANN = { handle: 'ann.larsen', displayName: 'Ann Larsen', email: 'ann@example.org' };

function verdict(password: string): string {
  try {
    checkPassword(password, ANN, 'password');
    return 'taken';
  } catch (error) {
    return error instanceof ClientError && error.field === 'password' ? error.kind : String(error);
  }
}

describe('passwords', () => {
  const COMMON = [
    'qwertyuiop',
    '1q2w3e4r5t',
    'Password123',
    'p@ssw0rd1234',
    'P@$$w0rd!!!!',
    'iloveyou2024',
    '!!dragon!!!!',
    'sunshine12345',
    'letmein.2026',
    '0123456789',
    '9876543210',
    'abcdefghijkl',
    'lkjhgfdsapoiuytrewq',
    'aaaaaaaaaaaa',
    'ababababab',
    'abcabcabcabc',
    'passwordpassword',
    'ｑｗｅｒｔｙｕｉｏｐ',
  ];
  for (const password of COMMON) {
    test(`AU1 the common password ${password} is refused`, () => expect(verdict(password)).toBe('invalidInput'));
  }

  const OWN = ['annlarsen1', 'Ann Larsen 99', 'ann.larsen!', 'ann@example.org', 'my-ann-larsen', 'banyan2026!'];
  for (const password of OWN) {
    test(`AU1 the person's own name ${password} is refused`, () => expect(verdict(password)).toBe('invalidInput'));
  }

  const GOOD = [
    'correct horse battery',
    'xK9#mQ2$vL',
    'unter den linden 4',
    'ann took the dog for a walk',
    '床前明月光疑是地上霜',
    'dragon83729104756',
  ];
  for (const password of GOOD) {
    test(`AU1 ${password} is accepted`, () => expect(verdict(password)).toBe('taken'));
  }

  test('a password is the same in every Unicode composition', () => {
    expect(normalisePassword('cafe\u0301 au lait')).toBe(normalisePassword('caf\u00e9 au lait'));
  });

  test('a long hostile password is checked in linear time', () => {
    // A backtracking pattern would exceed the test's timeout here.
    expect(() => checkPassword(`${'ab'.repeat(63)}c!`, ANN, 'password')).not.toThrow(TypeError);
  });
});
