import type { TFunction } from 'i18next';
import { BanyanError } from '../../client/errors.ts';

/**
 * The text of an error for people. The server's messages are English; other languages have translations under
 * `error/<words>` with placeholders for numbers, or else show the kind of error.
 */
export function errorText(error: unknown, t: TFunction): string {
  const { name, message } = error instanceof BanyanError ? error : new BanyanError('internal');
  return serverText(name, message, t);
}

/** The screens' names of operations' fields. */
const FIELD_WORDS = new Map([
  ['title', 'ui.fieldTitle'],
  ['text', 'ui.fieldText'],
  ['channel', 'ui.fieldChannel'],
]);

/** Like `errorText`, for errors without a field beside them: names the field, if it has a name on screens. */
export function failureText(error: unknown, t: TFunction): string {
  const text = errorText(error, t);
  const words = FIELD_WORDS.get((error instanceof BanyanError && error.field) || '');
  return words === undefined ? text : t('ui.fieldFailed', { field: t(words), rule: text });
}

/** Like `errorText`, for an error of which only its name and message were kept. */
export function serverText(name: string, message: string, t: TFunction): string {
  const number = /\d[\d,]*/.exec(message)?.[0];
  const words = number === undefined ? message : message.replace(number, '{{number}}');
  return t([`error/${words}`, `error/${name}`], { number, defaultValue: message });
}
