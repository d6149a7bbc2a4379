import type { TFunction } from 'i18next';
import { BanyanError } from '../../client/errors.ts';

/**
 * What a person is told of an error. The server's own words are English; another language has them under
 * `error/<words>` with its numbers left open, or else says what kind of error it is.
 */
export function errorText(error: unknown, t: TFunction): string {
  const { name, message } = error instanceof BanyanError ? error : new BanyanError('internal');
  return serverText(name, message, t);
}

/** What fields of operations are called on the screens. */
const FIELD_WORDS = new Map([
  ['title', 'ui.fieldTitle'],
  ['text', 'ui.fieldText'],
  ['channel', 'ui.fieldChannel'],
]);

/** As `errorText`, where no field stands beside it: what is wrong is named, if the screens have a word for it. */
export function failureText(error: unknown, t: TFunction): string {
  const text = errorText(error, t);
  const words = FIELD_WORDS.get((error instanceof BanyanError && error.field) || '');
  return words === undefined ? text : t('ui.fieldFailed', { field: t(words), rule: text });
}

/** As `errorText`, for an error of which only its name and the server's words were kept. */
export function serverText(name: string, message: string, t: TFunction): string {
  const number = /\d[\d,]*/.exec(message)?.[0];
  const words = number === undefined ? message : message.replace(number, '{{number}}');
  return t([`error/${words}`, `error/${name}`], { number, defaultValue: message });
}
