import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BanyanError } from '../../../../client/errors.ts';
import { errorText } from '../../../ui/error-text.ts';

export type Sending = {
  readonly busy: boolean;
  /** What is wrong with a field, by its name in the operation's input. */
  error(field: string): string | undefined;
  /** What is wrong with the whole, or with a field that is not among those shown. */
  readonly problem: string | undefined;
  /** For a form's onSubmit. */
  readonly submit: (event: FormEvent) => void;
};

/** Sends a form once at a time, and sorts what the server says to the fields that are shown. */
export function useSending(fields: readonly string[], send: () => Promise<void>): Sending {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<BanyanError | null>(null);
  const field = fields.find((each) => failure?.field === each || failure?.field?.startsWith(`${each}.`) === true);
  const text = failure === null ? undefined : errorText(failure, t);
  const run = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await send();
    } catch (error) {
      setFailure(error instanceof BanyanError ? error : new BanyanError('internal'));
      setBusy(false);
    }
  };
  return {
    busy,
    error: (name) => (name === field ? text : undefined),
    problem: field === undefined ? text : undefined,
    submit: (event) => {
      event.preventDefault();
      if (!busy) void run();
    },
  };
}
