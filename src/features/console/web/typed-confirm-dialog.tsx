import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { writtenOut } from '../../../ui/direction.ts';
import { failureText } from '../../../ui/error-text.ts';
import { TextField } from '../../../ui/text-field.tsx';
import { showToast } from '../../../ui/toast.tsx';

type Props = {
  readonly title: string;
  readonly text: string;
  /** The text to type. */
  readonly name: string;
  readonly fieldLabel: string;
  readonly confirmLabel: string;
  /** Runs the action, and returns the message to show. */
  readonly action: () => Promise<string>;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

/** Confirms a destructive action: it is enabled once the name is typed. */
export function TypedConfirmDialog({ title, text, name, fieldLabel, confirmLabel, action, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  // Invisible characters can be typed as they are shown.
  const isSure = typed === name || typed === writtenOut(name);
  const confirm = async (event: FormEvent) => {
    event.preventDefault();
    if (!isSure || isBusy) return;
    setBusy(true);
    try {
      showToast(await action());
      onDone();
    } catch (error) {
      showToast(t('console.failed', { reason: failureText(error, t) }), 'error');
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={text}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" form={form} variant="danger" disabled={!isSure} busy={isBusy}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void confirm(event)}>
        <p className="mb-3 rounded-lg bg-sunken px-3 py-2 font-mono text-sm break-all">{writtenOut(name)}</p>
        <TextField
          label={fieldLabel}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
