import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import type { Sending } from './use-sending.ts';

type Props = {
  readonly title: string;
  readonly submitLabel: string;
  readonly sending: Sending;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A form of its own above the page. */
export function FormDialog({ title, submitLabel, sending, onClose, children }: Props) {
  const { t } = useTranslation();
  const form = useId();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" busy={sending.busy}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={sending.submit} noValidate className="flex flex-col gap-4">
        {sending.problem !== undefined && (
          <p role="alert" className="text-sm text-danger">
            {sending.problem}
          </p>
        )}
        {children}
      </form>
    </Dialog>
  );
}
