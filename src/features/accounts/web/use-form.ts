import type { TFunction } from 'i18next';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BanyanError } from '../../../../client/errors.ts';
import { errorText } from '../../../ui/error-text.ts';

export type Form = {
  readonly busy: boolean;
  /** Too many attempts: the next one makes sense only later, or with other input. */
  readonly isWaiting: boolean;
  /** What is wrong with a field, by its name in the operation's input. */
  error(field: string): string | undefined;
  /** What is wrong with the whole. */
  readonly problem: string | undefined;
  /** Sends it: for a form's onSubmit. */
  readonly submit: (event: FormEvent) => void;
  /** Forgets what was wrong, as the input is no longer what it was. */
  readonly forget: () => void;
};

/** From here on a wait is told in minutes. */
const MINUTES_FROM_SECONDS = 90;

/** Sends a form's operation once at a time, and sorts what the server says to its fields. */
export function useForm(
  send: () => Promise<void>,
  explain: (error: BanyanError) => string | undefined = () => undefined,
): Form {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<BanyanError | null>(null);
  const seconds = useCountdown(failure);
  const { t } = useTranslation();
  const problem = (): string | undefined => {
    if (failure === null) return undefined;
    if (failure.name === 'rateLimited') return waitText(seconds, t);
    if (failure.name === 'connectionLost' || failure.name === 'timeout') return t('accounts.unreachable');
    return explain(failure) ?? (failure.field === undefined ? errorText(failure, t) : undefined);
  };
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
    error: (field) => (failure?.field === field && explain(failure) === undefined ? errorText(failure, t) : undefined),
    problem: problem(),
    submit: (event) => {
      event.preventDefault();
      if (!busy && seconds === 0) void run();
    },
    forget: () => setFailure(null),
  };
}

function waitText(seconds: number, t: TFunction): string | undefined {
  if (seconds === 0) return undefined;
  if (seconds < MINUTES_FROM_SECONDS) return t('accounts.waitSeconds', { seconds });
  return t('accounts.waitMinutes', { minutes: Math.ceil(seconds / 60) });
}

/** Seconds until another try makes sense. */
function useCountdown(failure: BanyanError | null): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(failure?.name === 'rateLimited' ? (failure.retryAfter ?? 30) : 0);
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, [failure]);
  return seconds;
}
