import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { prettyJson } from './json-text.ts';
import { LoadedScreen } from './loaded-screen.tsx';
import { formatMoment } from './numbers.ts';
import { useLoaded } from './use-loaded.ts';

type Props = {
  readonly id: string;
  readonly onClose: () => void;
  readonly onRetry: () => void;
  readonly onDiscard: () => void;
};

/** One dead letter, with its data. */
export function DeadLetterDialog({ id, onClose, onRetry, onDiscard }: Props) {
  const { t, i18n } = useTranslation();
  const [loaded, reload] = useLoaded('deadLetters.get', { id });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('console.letter')}
      footer={
        <>
          <Button className="text-danger!" disabled={loaded.kind !== 'ready'} onClick={onDiscard}>
            {t('console.discard')}
          </Button>
          <Button variant="primary" disabled={loaded.kind !== 'ready'} onClick={onRetry}>
            {t('console.retry')}
          </Button>
        </>
      }
    >
      <LoadedScreen loaded={loaded} onReload={reload}>
        {({ lane, reason, createdAt, failedAt, data }) => (
          <div className="flex flex-col gap-3 text-sm">
            <p className="font-mono break-all">{lane}</p>
            <p className="break-words text-danger">{reason}</p>
            <p className="text-muted">
              {t('console.letterTimes', {
                created: formatMoment(createdAt, i18n.language),
                failed: formatMoment(failedAt, i18n.language),
              })}
            </p>
            <pre className="rounded-lg bg-sunken px-3 py-2 font-mono text-xs break-all whitespace-pre-wrap">
              {prettyJson(data)}
            </pre>
          </div>
        )}
      </LoadedScreen>
    </Dialog>
  );
}
