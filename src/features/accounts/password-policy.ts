import { ClientError } from '../../core/errors.ts';
import { isCommonWord } from './common-passwords.ts';

/** The account the password is for: attackers try its own names first. */
export type Owner = { readonly handle: string; readonly displayName: string; readonly email: string | null };

/** Normalizes a password before hashing, so that all keyboards produce the same characters. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Throws `invalidInput` on the field if the password is one that attackers try first. The contract checks the length.
 */
export function checkPassword(password: string, owner: Owner, field: string): void {
  const text = normalisePassword(password).toLowerCase();
  if (isOwnName(text, owner)) {
    throw new ClientError('invalidInput', { field, message: 'must not be your own name with a few characters added' });
  }
  if (isCommon(text) || isMonotonous(text)) {
    throw new ClientError('invalidInput', { field, message: 'is one of the most common passwords' });
  }
}

/** A prefix or suffix this short does not make a word safe. */
const TRIMMINGS = 6;

function isOwnName(text: string, { handle, displayName, email }: Owner): boolean {
  const names = [handle, displayName, email ?? '', email?.split('@')[0] ?? '', 'banyan'];
  const bare = lettersAndDigits(text);
  return names.some((name) => {
    const own = lettersAndDigits(name.normalize('NFKC').toLowerCase());
    return own.length >= 2 && bare.includes(own) && text.length - own.length <= TRIMMINGS;
  });
}

function isCommon(text: string): boolean {
  if (isCommonWord(text) || isCommonWord(plainLetters(text))) return true;
  const word = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  if (text.length - word.length > TRIMMINGS) return false;
  return isCommonWord(word) || isCommonWord(plainLetters(word));
}

/** A short repeated piece, or a run along the alphabet, the digits or the keyboard. */
function isMonotonous(text: string): boolean {
  if (new Set(text).size < 4) return true;
  const [, piece = ''] = /^(.+?)\1+.?$/u.exec(text) ?? [];
  if (piece !== '' && (piece.length <= 5 || isCommonWord(piece))) return true;
  return RUNS.some((run) => run.includes(text));
}

const RUNS = ['abcdefghijklmnopqrstuvwxyz', '012345678901234567890', 'qwertyuiopasdfghjklzxcvbnm'].flatMap((run) => [
  run,
  [...run].reverse().join(''),
]);

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

function plainLetters(text: string): string {
  return text.replace(/[013457@$!]/g, (character) => LOOKALIKES[character] ?? character);
}

function lettersAndDigits(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}
