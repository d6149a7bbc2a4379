import type { TFunction } from 'i18next';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BanyanError } from '../../client/errors.ts';
import { errorText } from './error-text.ts';

export type Form = {
  readonly busy: boolean;
  /** Too many attempts: the next one makes sense only later, or with other input. */
  readonly isWaiting: boolean;
  /** The error of a field, by its name in the operation's input. */
  error(field: string): string | undefined;
  /** The error of the whole form, or of a field that it does not show. */
  readonly problem: string | undefined;
  /** For a form's onSubmit. */
  readonly submit: (event: FormEvent<HTMLFormElement>) => void;
  /** Clears the errors, as the input has changed. */
  readonly forget: () => void;
};

type FormOptions = {
  /** The form's fields, by their names in the operation's input. Errors inside `field.0.x` belong to `field`. */
  readonly fields: readonly string[];
  /** Rejects with the server's error; the input stays as it is. */
  readonly send: () => Promise<void>;
  /** The form's own text for an error of the whole. */
  readonly explain?: (error: BanyanError) => string | undefined;
};

/** From here on a wait is shown in minutes. */
const MINUTES_FROM_SECONDS = 90;

/**
 * Submits a form, once at a time, and shows the server's errors at their fields; the first invalid field gets the
 * focus.
 */
export function useForm({ fields, send, explain = () => undefined }: FormOptions): Form {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<BanyanError | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const seconds = useCountdown(failure);
  useEffect(() => {
    if (failure !== null) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [failure]);
  const whole = failure === null ? undefined : wholeProblem(failure, { explain, seconds, t });
  const wrong = whole === undefined ? fields.find((field) => isOf(failure?.field, field)) : undefined;
  const text = failure === null || failure.name === 'rateLimited' ? undefined : errorText(failure, t);
  const run = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await send();
    } catch (error) {
      setFailure(error instanceof BanyanError ? error : new BanyanError('internal', { message: String(error) }));
    }
    setBusy(false);
  };
  return {
    busy,
    isWaiting: seconds > 0,
    error: (field) => (field === wrong ? text : undefined),
    problem: wrong === undefined ? (whole ?? text) : undefined,
    submit: (event) => {
      event.preventDefault();
      form.current = event.currentTarget;
      if (!busy && seconds === 0) void run();
    },
    forget: () => setFailure(null),
  };
}

type Explaining = {
  readonly explain: (error: BanyanError) => string | undefined;
  readonly seconds: number;
  readonly t: TFunction;
};

/** Undefined if the error may belong to a field. */
function wholeProblem(failure: BanyanError, { explain, seconds, t }: Explaining): string | undefined {
  if (failure.name === 'rateLimited') return waitText(seconds, t);
  if (failure.name === 'connectionLost' || failure.name === 'timeout') return t('ui.unreachable');
  return explain(failure);
}

function isOf(path: string | undefined, field: string): boolean {
  return path === field || path?.startsWith(`${field}.`) === true;
}

function waitText(seconds: number, t: TFunction): string | undefined {
  if (seconds === 0) return undefined;
  if (seconds < MINUTES_FROM_SECONDS) return t('ui.waitSeconds', { seconds });
  return t('ui.waitMinutes', { minutes: Math.ceil(seconds / 60) });
}

/** Seconds until a retry makes sense. */
function useCountdown(failure: BanyanError | null): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(failure?.name === 'rateLimited' ? (failure.retryAfter ?? 30) : 0);
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, [failure]);
  return seconds;
}
