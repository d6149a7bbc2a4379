import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../../../ui/app-context.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { ErrorState } from '../../../ui/states.tsx';
import { PlaceLink } from './console-context.tsx';
import { LoadingList } from './list-screen.tsx';
import { formatCount } from './numbers.ts';
import { Panel } from './panel.tsx';
import type { PageOf } from './place.ts';
import { useLoaded } from './use-loaded.ts';

/** Who is in a channel now. */
export function ChannelPresence({ channel }: { readonly channel: string }) {
  const { t, i18n } = useTranslation();
  const [page, setPage] = useState<PageOf>({});
  const [loaded, reload] = useLoaded('console.presence', { channel, ...page, limit: 20 });
  if (loaded.kind === 'loading') return <LoadingList />;
  if (loaded.kind === 'failed') {
    return <ErrorState text={t('console.failed', { reason: failureText(loaded.error, t) })} onRetry={reload} />;
  }
  const { clients, total, previous, next } = loaded.value;
  return (
    <Panel
      title={t('console.presence', { number: formatCount(total, i18n.language) })}
      actions={
        <span className="flex">
          {previous !== null && (
            <IconButton label={t('console.previous')} onClick={() => setPage({ before: previous })}>
              <ChevronLeft size={20} />
            </IconButton>
          )}
          {next !== null && (
            <IconButton label={t('console.next')} onClick={() => setPage({ after: next })}>
              <ChevronRight size={20} />
            </IconButton>
          )}
        </span>
      }
    >
      {clients.length === 0 && <p className="text-sm text-muted">{t('console.nobodyPresent')}</p>}
      <ul className="grid gap-x-6 md:grid-cols-2">
        {clients.map(({ user, client: id, info }) => (
          <PresentClient key={id} {...{ user, id, info }} />
        ))}
      </ul>
    </Panel>
  );
}

type PresentClientProps = { readonly user: string; readonly id: string; readonly info: string | null };

function PresentClient({ user, id, info }: PresentClientProps) {
  const { t } = useTranslation();
  const person = usePerson(user);
  return (
    <li className="min-w-0">
      <PlaceLink to={{ screen: 'connection', client: id }} className="block rounded-lg px-2 py-1.5 hover:bg-sunken">
        <span className="block truncate text-sm font-medium">
          {person?.displayName ?? (user === '' ? t('console.anonymous') : user)}
        </span>
        <span className="block truncate font-mono text-xs text-muted">{id}</span>
        {info !== null && <span className="block truncate font-mono text-xs text-muted">{info}</span>}
      </PlaceLink>
    </li>
  );
}
