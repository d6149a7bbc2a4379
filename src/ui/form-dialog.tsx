import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FormProblem } from './form-problem.tsx';
import type { Form } from './use-form.ts';

type Props<Values> = {
  readonly title: string;
  readonly description?: string;
  readonly submitLabel: string;
  /** Destroys something. */
  readonly danger?: boolean;
  /** There is nothing to send yet. */
  readonly disabled?: boolean;
  readonly form: Form<Values>;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A form in a dialog. */
export function FormDialog<Values>({
  submitLabel,
  danger,
  disabled,
  form,
  onClose,
  children,
  ...props
}: Props<Values>) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog
      {...props}
      open
      onOpenChange={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button
            type="submit"
            form={id}
            variant={danger === true ? 'danger' : 'primary'}
            busy={form.busy}
            disabled={disabled === true || form.isWaiting}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <form {...form.props} id={id} className="flex flex-col gap-4">
        <FormProblem text={form.problem} />
        {children}
      </form>
    </Dialog>
  );
}
