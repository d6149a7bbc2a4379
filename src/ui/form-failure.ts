import type { TFunction } from 'i18next';
import { BanyanError } from '../../client/errors.ts';
import { errorText, failureText } from './error-text.ts';
import type { BrokenRules } from './form-check.ts';

/** Why a form was not taken. */
export type FormFailure = {
  /** By the dotted path of the field in the operation's input. */
  readonly fields: ReadonlyMap<string, BanyanError>;
  /** An error that belongs to no field of the form. */
  readonly whole: BanyanError | undefined;
};

export const NO_FAILURE: FormFailure = { fields: new Map(), whole: undefined };
/** From here on a wait is shown in minutes. */
const MINUTES_FROM_SECONDS = 90;
/** Over a live connection there is no retry delay. */
const UNKNOWN_WAIT_SECONDS = 30;

/** Sorts what the server answered. `isShown`: whether a field of this name is in the form. */
export function failureOf(thrown: unknown, isShown: (name: string) => boolean): FormFailure {
  const error = thrown instanceof BanyanError ? thrown : new BanyanError('internal', { cause: thrown });
  if (error.field === undefined || !isShown(nameOf(error.field))) return { ...NO_FAILURE, whole: error };
  return { fields: new Map([[error.field, error]]), whole: undefined };
}

/** Sorts what the contract says, before anything is sent. */
export function failureOfRules(rules: BrokenRules, isShown: (name: string) => boolean): FormFailure {
  const errors = [...rules].map(([field, message]) => new BanyanError('invalidInput', { field, message }));
  const fields = errors.filter(({ field = '' }) => isShown(nameOf(field)));
  const [whole] = errors.filter((error) => !fields.includes(error));
  return { fields: new Map(fields.map((error) => [error.field ?? '', error])), whole };
}

/** What stays wrong once this field has another value. A wait stays, unless the value ends it. */
export function withoutField(failure: FormFailure, name: string, endsWait: boolean): FormFailure {
  const fields = new Map([...failure.fields].filter(([path]) => nameOf(path) !== name));
  const staysWhole = failure.whole?.name === 'rateLimited' && !endsWait;
  return { fields, whole: staysWhole ? failure.whole : undefined };
}

/** The error of a field, or of something in it. */
export function fieldText({ fields }: FormFailure, path: string, t: TFunction): string | undefined {
  const [, error] = [...fields].find(([each]) => each === path || each.startsWith(`${path}.`)) ?? [];
  return error && errorText(error, t);
}

/** The error of the whole form; `seconds` until a retry makes sense. */
export function wholeText({ whole }: FormFailure, seconds: number, t: TFunction): string | undefined {
  switch (whole?.name) {
    case undefined:
      return undefined;
    case 'rateLimited':
      if (seconds === 0) return undefined;
      if (seconds < MINUTES_FROM_SECONDS) return t('ui.waitSeconds', { seconds });
      return t('ui.waitMinutes', { minutes: Math.ceil(seconds / 60) });
    case 'connectionLost':
    case 'timeout':
      return t('ui.unreachable');
    default:
      return failureText(whole, t);
  }
}

export function waitOf({ whole }: FormFailure): number {
  return whole?.name === 'rateLimited' ? (whole.retryAfter ?? UNKNOWN_WAIT_SECONDS) : 0;
}

/** The form's field in which a path ends: `webhooks` for `webhooks.0.url`. */
function nameOf(path: string): string {
  return path.split('.', 1)[0] ?? path;
}
