import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { failureText } from '../../../ui/error-text.ts';
import { ErrorState } from '../../../ui/states.tsx';
import { LoadingList } from './list-screen.tsx';
import type { Loaded } from './use-loaded.ts';

type Props<Value> = {
  readonly loaded: Loaded<Value>;
  readonly onReload: () => void;
  readonly children: (value: Value) => ReactNode;
};

/** The loaded content, a loading state, or an error. */
export function LoadedScreen<Value>({ loaded, onReload, children }: Props<Value>) {
  const { t } = useTranslation();
  switch (loaded.kind) {
    case 'loading':
      return <LoadingList />;
    case 'failed':
      return <ErrorState text={t('console.failed', { reason: failureText(loaded.error, t) })} onRetry={onReload} />;
    case 'ready':
      return children(loaded.value);
    default:
      return loaded satisfies never;
  }
}
