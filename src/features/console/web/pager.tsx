import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { PlaceLink } from './console-context.tsx';
import { formatCount } from './numbers.ts';
import type { PageOf, Place } from './place.ts';

type Props = {
  readonly page: {
    readonly skipped: number;
    readonly total: number;
    readonly previous: string | null;
    readonly next: string | null;
  };
  /** The number of items on this page. */
  readonly shown: number;
  /** The same list at another page. */
  readonly at: (page: PageOf) => Place;
};

const LOOK = 'inline-flex size-9 items-center justify-center rounded-lg';

/** The position in the list, and links to the previous and next page. */
export function Pager({ page: { skipped, total, previous, next }, shown, at }: Props) {
  const { t, i18n } = useTranslation();
  if (total === 0) return null;
  const number = (count: number) => formatCount(count, i18n.language);
  const range = { from: number(shown === 0 ? 0 : skipped + 1), to: number(skipped + shown), total: number(total) };
  return (
    <nav aria-label={t('console.pages')} className="mt-3 flex items-center justify-between gap-3">
      <p className="text-sm text-muted tabular-nums">{t('console.rangeOf', range)}</p>
      <div className="flex gap-1">
        {previous !== null && (
          <PlaceLink
            to={at({ before: previous })}
            aria-label={t('console.previous')}
            className={`${LOOK} text-ink hover:bg-sunken`}
          >
            <ChevronLeft size={20} />
          </PlaceLink>
        )}
        {next !== null && (
          <PlaceLink
            to={at({ after: next })}
            aria-label={t('console.next')}
            className={`${LOOK} text-ink hover:bg-sunken`}
          >
            <ChevronRight size={20} />
          </PlaceLink>
        )}
      </div>
    </nav>
  );
}
