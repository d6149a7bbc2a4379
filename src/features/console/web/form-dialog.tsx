import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import type { Form } from '../../../ui/use-form.ts';

type Props = {
  readonly title: string;
  readonly submitLabel: string;
  readonly form: Form;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A form in a dialog. */
export function FormDialog({ title, submitLabel, form, onClose, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={form.busy} disabled={form.isWaiting}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={form.submit} noValidate className="flex flex-col gap-4">
        <FormProblem text={form.problem} />
        {children}
      </form>
    </Dialog>
  );
}
