import { MailCheck, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { EmptyState } from '../../../ui/states.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { PlaceLink } from './console-context.tsx';
import { DeadLetterDialog } from './dead-letter-dialog.tsx';
import { Facts } from './facts.tsx';
import { Tag } from './fields.tsx';
import { LoadedScreen } from './loaded-screen.tsx';
import { formatBytes, formatCount, formatMoment } from './numbers.ts';
import { type Place, STARTS } from './place.ts';
import { ScreenHeader } from './screen-header.tsx';
import { useConfirmed } from './use-confirmed.tsx';
import { useLoaded } from './use-loaded.ts';

type Letter = Output<'deadLetters.list'>['letters'][number];
type Page = Output<'deadLetters.list'>;

/** Permanently failed work: inspect, retry, delete. */
export function DeadLetters({ page }: Extract<Place, { screen: 'deadLetters' }>) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [shown, setShown] = useState<string | null>(null);
  const after = page.after === undefined ? {} : { after: page.after };
  const [loaded, reload] = useLoaded('deadLetters.list', after);
  const act = (action: () => Promise<string>) =>
    void action().then(
      (told) => {
        showToast(told);
        reload();
      },
      (error) => showToast(t('console.failed', { reason: failureText(error, t) }), 'error'),
    );
  const retry = (id: string) =>
    act(async () => {
      await client.call('deadLetters.retry', { id });
      return t('console.retried', { count: 1 });
    });
  const discard = (id: string) =>
    act(async () => {
      await client.call('deadLetters.discard', { id });
      return t('console.discarded', { count: 1 });
    });
  return (
    <>
      <ScreenHeader title={t('console.deadLetters')} text={t('console.deadLettersText')}>
        <IconButton label={t('console.reload')} onClick={reload}>
          <RotateCw size={18} />
        </IconButton>
        {loaded.kind === 'ready' && loaded.value.total > 0 && <WithAll total={loaded.value.total} onDone={reload} />}
      </ScreenHeader>
      <LoadedScreen loaded={loaded} onReload={reload}>
        {(value) => (
          <>
            <Sums page={value} />
            {value.letters.length === 0 ? (
              <NoLetters />
            ) : (
              <ul aria-label={t('console.deadLetters')} className="flex flex-col gap-3">
                {value.letters.map((letter) => (
                  <LetterRow
                    key={letter.id}
                    letter={letter}
                    onShow={() => setShown(letter.id)}
                    onRetry={() => retry(letter.id)}
                  />
                ))}
              </ul>
            )}
            <Pages isFirst={page.after === undefined} next={value.next} />
          </>
        )}
      </LoadedScreen>
      {shown !== null && (
        <DeadLetterDialog
          id={shown}
          onClose={() => setShown(null)}
          onRetry={() => {
            setShown(null);
            retry(shown);
          }}
          onDiscard={() => {
            setShown(null);
            discard(shown);
          }}
        />
      )}
    </>
  );
}

function Sums({ page: { total, bytes, waiting } }: { readonly page: Page }) {
  const { t, i18n } = useTranslation();
  return (
    <Facts
      facts={[
        { label: t('console.deadLetters'), value: formatCount(total, i18n.language) },
        { label: t('console.size'), value: formatBytes(bytes, i18n.language) },
        { label: t('console.stillToDo'), value: formatCount(waiting, i18n.language) },
      ]}
    />
  );
}

function NoLetters() {
  const { t } = useTranslation();
  return (
    <div className="rounded-2xl border border-line py-8">
      <EmptyState icon={<MailCheck size={32} />} title={t('console.noLetters')} text={t('console.noLettersText')} />
    </div>
  );
}

/** Actions on all of them. */
function WithAll({ total, onDone }: { readonly total: number; readonly onDone: () => void }) {
  const { t, i18n } = useTranslation();
  const { client } = useApp();
  const { ask, dialog } = useConfirmed();
  const number = formatCount(total, i18n.language);
  const retry = () =>
    ask({
      title: t('console.retryAllTitle', { number }),
      text: t('console.retryAllText'),
      confirmLabel: t('console.retryAll'),
      action: async () => {
        const { count } = await client.call('deadLetters.retryAll', {});
        onDone();
        return t('console.retried', { count });
      },
    });
  const discard = () =>
    ask({
      title: t('console.discardAllTitle', { number }),
      text: t('console.discardAllText'),
      confirmLabel: t('console.discardAll'),
      action: async () => {
        const { count } = await client.call('deadLetters.discardAll', {});
        onDone();
        return t('console.discarded', { count });
      },
    });
  return (
    <>
      <Button className="border border-line text-danger!" onClick={discard}>
        {t('console.discardAll')}
      </Button>
      <Button variant="primary" onClick={retry}>
        {t('console.retryAll')}
      </Button>
      {dialog}
    </>
  );
}

type RowProps = { readonly letter: Letter; readonly onShow: () => void; readonly onRetry: () => void };

function LetterRow({ letter, onShow, onRetry }: RowProps) {
  const { t, i18n } = useTranslation();
  const { queue, lane, attempts, reason, failedAt, bytes } = letter;
  const facts = [
    t('console.attempts', { count: attempts }),
    formatMoment(failedAt, i18n.language),
    formatBytes(bytes, i18n.language),
  ];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-2xl border border-line bg-raised p-4">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <Tag>{queue}</Tag>
          <span className="font-mono text-sm break-all">{lane}</span>
        </p>
        <p className="mt-1 text-sm break-words text-danger">{reason}</p>
        <p className="mt-0.5 text-xs text-muted">{facts.join(' · ')}</p>
      </div>
      <div className="flex gap-2">
        <Button className="border border-line" onClick={onShow}>
          {t('console.look')}
        </Button>
        <Button className="border border-line" onClick={onRetry}>
          {t('console.retry')}
        </Button>
      </div>
    </li>
  );
}

function Pages({ isFirst, next }: { readonly isFirst: boolean; readonly next: string | null }) {
  const { t } = useTranslation();
  if (isFirst && next === null) return null;
  const look = 'rounded-lg border border-line px-4 py-1.5 font-medium hover:bg-sunken';
  return (
    <nav aria-label={t('console.pages')} className="mt-3 flex justify-end gap-2">
      {!isFirst && (
        <PlaceLink to={STARTS.deadLetters} className={look}>
          {t('console.firstPage')}
        </PlaceLink>
      )}
      {next !== null && (
        <PlaceLink to={{ screen: 'deadLetters', page: { after: next } }} className={look}>
          {t('console.next')}
        </PlaceLink>
      )}
    </nav>
  );
}
