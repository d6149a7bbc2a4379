import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { errorText } from '../../../ui/error-text.ts';
import { TextField } from '../../../ui/text-field.tsx';
import { showToast } from '../../../ui/toast.tsx';

type Props = { readonly channel: string; readonly onClose: () => void; readonly onRemoved: () => void };

/** Removes what was published, once the channel's name was typed. */
export function RemoveHistoryDialog({ channel, onClose, onRemoved }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const isSure = typed === channel;
  const remove = async (event: FormEvent) => {
    event.preventDefault();
    if (!isSure || isBusy) return;
    setBusy(true);
    try {
      await client.call('console.removeHistory', { channel });
      showToast(t('console.historyRemoved'));
      onRemoved();
    } catch (error) {
      showToast(t('console.failed', { reason: errorText(error, t) }), 'error');
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('console.removeHistory')}
      description={t('console.removeHistoryText')}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" form="remove-history" variant="danger" disabled={!isSure} busy={isBusy}>
            {t('console.removeHistory')}
          </Button>
        </>
      }
    >
      <form id="remove-history" onSubmit={(event) => void remove(event)}>
        <p className="mb-3 rounded-lg bg-sunken px-3 py-2 font-mono text-sm break-all">{channel}</p>
        <TextField
          label={t('console.typeName')}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
