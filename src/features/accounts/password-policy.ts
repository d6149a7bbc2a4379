import { ClientError } from '../../core/errors.ts';
import { isCommonWord } from './common-passwords.ts';

/** Whom the password is for: their own names are the first thing that others try. */
export type Owner = { readonly handle: string; readonly displayName: string; readonly email: string | null };

/** How a password goes into its hash: the same characters, however a keyboard composed them. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/** Throws `invalidInput` on the field when the password is among those tried first. Length is the contract's to check. */
export function checkPassword(password: string, owner: Owner, field: string): void {
  const text = normalisePassword(password).toLowerCase();
  if (isOwnName(text, owner)) {
    throw new ClientError('invalidInput', { field, message: 'must not be your own name with a few characters more' });
  }
  if (isCommon(text) || isMonotonous(text)) {
    throw new ClientError('invalidInput', { field, message: 'is one of the passwords that are tried first' });
  }
}

/** What stands around a word does not hide it, if it is this short. */
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

/** One short piece over and over, or a run along the alphabet, the digits or the keyboard. */
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
