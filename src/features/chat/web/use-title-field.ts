import { type ChangeEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BanyanError } from '../../../../client/errors.ts';
import { errorText } from '../../../ui/error-text.ts';
import { useAction } from './chat-context.tsx';

export type TitleField = {
  readonly title: string;
  /** As `useAction`; what the server says against the title stands at its field. */
  readonly act: (action: () => Promise<unknown>) => Promise<boolean>;
  readonly props: {
    readonly value: string;
    readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void;
    readonly error: string | undefined;
  };
};

/** The field of a group's name. */
export function useTitleField(initial: string): TitleField {
  const { t } = useTranslation();
  const [title, setTitle] = useState(initial);
  const [refusal, setRefusal] = useState<BanyanError>();
  const act = useAction((error) => {
    if (!(error instanceof BanyanError) || error.field !== 'title') return false;
    setRefusal(error);
    return true;
  });
  return {
    title,
    act,
    props: {
      value: title,
      onChange: ({ target }) => {
        setTitle(target.value);
        setRefusal(undefined);
      },
      error: refusal && errorText(refusal, t),
    },
  };
}
