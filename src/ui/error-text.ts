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

/** As `errorText`, where no field stands beside it: what is wrong is named, if the screens have a word for it. */
export function failureText(error: unknown, t: TFunction): string {
  const text = errorText(error, t);
  const field = error instanceof BanyanError ? error.field : undefined;
  const label = field === undefined ? '' : t(`field/${field}`, { defaultValue: '' });
  return label === '' ? text : t('ui.fieldFailed', { field: label, rule: text });
}

/** As `errorText`, for an error of which only its name and the server's words were kept. */
export function serverText(name: string, message: string, t: TFunction): string {
  const number = /\d[\d,]*/.exec(message)?.[0];
  const words = number === undefined ? message : message.replace(number, '{{number}}');
  return t([`error/${words}`, `error/${name}`], { number, defaultValue: message });
}
