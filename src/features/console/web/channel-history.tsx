import { useInfiniteQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import type { PublicationInfo } from '../../../contracts/console/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { writtenOut, writtenOutJson } from '../../../ui/direction.ts';
import { failureText } from '../../../ui/error-text.ts';
import { ErrorState } from '../../../ui/states.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { prettyJson } from './json-text.ts';
import { LoadingList } from './list-screen.tsx';
import { formatCount, formatMoment } from './numbers.ts';
import { Panel } from './panel.tsx';
import { TypedConfirmDialog } from './typed-confirm-dialog.tsx';

type Props = { readonly channel: string; readonly onRemoved: () => void };

/** The query key of a channel's history. */
export function historyKey(channel: string): readonly string[] {
  return ['console.history', channel];
}

/** The channel's history, newest first, page by page. */
export function ChannelHistory({ channel, onRemoved }: Props) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const { client } = useApp();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: historyKey(channel),
    queryFn: ({ pageParam }) =>
      client.call('console.history', pageParam === null ? { channel } : { channel, before: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }: Output<'console.history'>) => next,
  });
  const publications = data?.pages.flatMap((page) => page.publications);
  const isEmpty = publications?.length === 0;
  const more = async () => {
    const { isFetchNextPageError, error: failure } = await fetchNextPage();
    if (isFetchNextPageError) showToast(t('console.failed', { reason: failureText(failure, t) }), 'error');
  };
  const remove = (
    <Button
      className="-my-1.5 text-danger!"
      onClick={() => setAsking(true)}
      disabled={publications === undefined || isEmpty}
    >
      <Trash2 size={16} aria-hidden />
      {t('console.removeHistory')}
    </Button>
  );
  return (
    <Panel title={t('console.history')} actions={remove}>
      {publications === undefined && error === null && <LoadingList />}
      {publications === undefined && error !== null && (
        <ErrorState text={t('console.failed', { reason: failureText(error, t) })} onRetry={() => void refetch()} />
      )}
      {isEmpty && <p className="text-sm text-muted">{t('console.noHistory')}</p>}
      {publications !== undefined && !isEmpty && (
        <ol className="flex flex-col divide-y divide-line">
          {publications.map((publication) => (
            <Row key={publication.offset} publication={publication} />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button className="mt-3 w-full border border-line" busy={isFetchingNextPage} onClick={() => void more()}>
          {t('console.older')}
        </Button>
      )}
      {isAsking && (
        <TypedConfirmDialog
          title={t('console.removeHistory')}
          text={t('console.removeHistoryText')}
          name={channel}
          fieldLabel={t('console.typeName')}
          confirmLabel={t('console.removeHistory')}
          action={async () => {
            await client.call('console.removeHistory', { channel });
            return t('console.historyRemoved');
          }}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            onRemoved();
          }}
        />
      )}
    </Panel>
  );
}

function Row({ publication }: { readonly publication: PublicationInfo }) {
  const { t, i18n } = useTranslation();
  const { offset, time, user, client, tags, entry, isRemoval } = publication;
  const from = user === '' ? client : user;
  return (
    <li className="py-3">
      <p className="mb-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <span className="rounded-md bg-accent-soft px-1.5 py-0.5 font-mono font-semibold text-ink">
          {formatCount(offset, i18n.language)}
        </span>
        <time dateTime={new Date(time).toISOString()} className="tabular-nums">
          {formatMoment(time, i18n.language)}
        </time>
        {from !== '' && <span className="break-all">{t('console.from', { name: writtenOut(from) })}</span>}
        {entry !== null && (
          <span className="font-mono">
            {isRemoval ? t('console.removedEntry', { entry: writtenOut(entry) }) : writtenOut(entry)}
          </span>
        )}
        {tags.map(({ name, value }) => (
          <span key={name} className="rounded-md bg-sunken px-1.5 font-mono">
            {writtenOut(`${name}=${value}`)}
          </span>
        ))}
      </p>
      <Data text={writtenOutJson(prettyJson(publication.data))} />
    </li>
  );
}

/** Lines of data shown before "show all". */
const SHOWN_LINES = 12;

function Data({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const lines = text.split('\n');
  const isLong = lines.length > SHOWN_LINES || text.length > SHOWN_LINES * 160;
  const part = lines
    .slice(0, SHOWN_LINES)
    .join('\n')
    .slice(0, SHOWN_LINES * 160);
  return (
    <div className="rounded-lg bg-sunken px-3 py-2">
      <pre className="font-mono text-xs break-all whitespace-pre-wrap">{isWhole || !isLong ? text : `${part}…`}</pre>
      {isLong && (
        <button type="button" onClick={() => setWhole(!isWhole)} className="mt-1 text-xs font-medium text-accent">
          {isWhole ? t('console.showLess') : t('console.showAll')}
        </button>
      )}
    </div>
  );
}
