import { writtenOut } from '../../../ui/direction.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { useForm } from '../../../ui/use-form.ts';

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
  const form = useForm({
    initial: { typed: '' },
    input: ({ typed }) => typed,
    send: async () => {
      if (!isSure) return;
      showToast(await action());
      onDone();
    },
  });
  const { typed } = form.values;
  // Invisible characters can be typed as they are shown.
  const isSure = typed === name || typed === writtenOut(name);
  return (
    <FormDialog
      title={title}
      description={text}
      submitLabel={confirmLabel}
      danger
      disabled={!isSure}
      form={form}
      onClose={onClose}
    >
      <p className="rounded-lg bg-sunken px-3 py-2 font-mono text-sm break-all">{writtenOut(name)}</p>
      <TextField label={fieldLabel} autoComplete="off" spellCheck={false} {...form.field('typed')} />
    </FormDialog>
  );
}
