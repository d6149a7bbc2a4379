import { Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
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
import { useLoaded } from './use-loaded.ts';

type Props = {
  readonly channel: string;
  /** Another one each time that there may be something new. */
  readonly version: number;
  readonly onRemoved: () => void;
};

/** What was published, newest first, a part at a time. */
export function ChannelHistory({ channel, version, onRemoved }: Props) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const { client } = useApp();
  const key = `${version} ${channel}`;
  const [loaded, reload] = useLoaded(key, () => client.call('console.history', { channel }));
  const isEmpty = loaded.kind === 'ready' && loaded.value.publications.length === 0;
  const remove = (
    <Button
      className="-my-1.5 text-danger!"
      onClick={() => setAsking(true)}
      disabled={loaded.kind !== 'ready' || isEmpty}
    >
      <Trash2 size={16} aria-hidden />
      {t('console.removeHistory')}
    </Button>
  );
  return (
    <Panel title={t('console.history')} actions={remove}>
      {loaded.kind === 'loading' && <LoadingList />}
      {loaded.kind === 'failed' && (
        <ErrorState text={t('console.failed', { reason: failureText(loaded.error, t) })} onRetry={reload} />
      )}
      {isEmpty && <p className="text-sm text-muted">{t('console.noHistory')}</p>}
      {loaded.kind === 'ready' && !isEmpty && <Publications channel={channel} first={loaded.value} />}
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

type Part = { readonly publications: readonly PublicationInfo[]; readonly next: number | null };

function Publications({ channel, first }: { readonly channel: string; readonly first: Part }) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [part, setPart] = useState(first);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setPart(first), [first]);
  const more = async (before: number) => {
    setBusy(true);
    try {
      const older = await client.call('console.history', { channel, before });
      setPart(({ publications }) => ({ ...older, publications: [...publications, ...older.publications] }));
    } catch (error) {
      showToast(t('console.failed', { reason: failureText(error, t) }), 'error');
    }
    setBusy(false);
  };
  const { next } = part;
  return (
    <>
      <ol className="flex flex-col divide-y divide-line">
        {part.publications.map((publication) => (
          <Row key={publication.offset} publication={publication} />
        ))}
      </ol>
      {next !== null && (
        <Button className="mt-3 w-full border border-line" busy={isBusy} onClick={() => void more(next)}>
          {t('console.older')}
        </Button>
      )}
    </>
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

/** Lines of data that are shown before one asks for all. */
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
