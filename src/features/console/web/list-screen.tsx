import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../../ui/button.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { EmptyState, ErrorState, Skeleton } from '../../../ui/states.tsx';
import { ListSearch } from './list-search.tsx';
import { Pager } from './pager.tsx';
import type { PageOf, Place } from './place.ts';
import { ScreenHeader } from './screen-header.tsx';
import type { Loaded } from './use-loaded.ts';

type Page = {
  readonly skipped: number;
  readonly total: number;
  readonly previous: string | null;
  readonly next: string | null;
};

type Props<Value extends Page> = {
  readonly title: string;
  readonly text: string;
  readonly search: {
    readonly label: string;
    readonly value: string;
    readonly onSearch: (text: string) => void;
    /** Beside the field. */
    readonly more?: ReactNode;
  };
  readonly loaded: Loaded<Value>;
  readonly onReload: () => void;
  /** The same list at another page. */
  readonly at: (page: PageOf) => Place;
  readonly countOf: (value: Value) => number;
  readonly empty: {
    readonly icon: ReactNode;
    readonly title: string;
    readonly text?: string;
    readonly action?: ReactNode;
  };
  readonly children: (value: Value, isStale: boolean) => ReactNode;
};

/** A searchable, paged list. */
export function ListScreen<Value extends Page>(props: Props<Value>) {
  const { t } = useTranslation();
  const { title, text, search, onReload } = props;
  return (
    <>
      <ScreenHeader title={title} text={text} />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <ListSearch label={search.label} value={search.value} onSearch={search.onSearch} />
        {search.more}
        <span className="flex-1 max-md:hidden" />
        <IconButton label={t('console.reload')} onClick={onReload}>
          <RotateCw size={18} />
        </IconButton>
      </div>
      <ListBody {...props} />
    </>
  );
}

function ListBody<Value extends Page>({ loaded, onReload, at, countOf, empty, children }: Props<Value>) {
  const { t } = useTranslation();
  switch (loaded.kind) {
    case 'loading':
      return <LoadingList />;
    case 'failed':
      return <ErrorState text={t('console.failed', { reason: failureText(loaded.error, t) })} onRetry={onReload} />;
    case 'ready': {
      const shown = countOf(loaded.value);
      if (shown === 0) {
        return (
          <div className="rounded-2xl border border-line py-8">
            <EmptyState {...empty} />
          </div>
        );
      }
      return (
        <>
          {children(loaded.value, loaded.isStale)}
          <Pager page={loaded.value} shown={shown} at={at} />
        </>
      );
    }
    default:
      return loaded satisfies never;
  }
}

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e', 'f'];

export function LoadingList() {
  return (
    <div aria-busy="true" className="flex flex-col gap-2">
      {PLACEHOLDERS.map((key) => (
        <Skeleton key={key} className="h-12" />
      ))}
    </div>
  );
}
