import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { Dialog } from '../../../ui/dialog.tsx';

export type Shown = { readonly label: string; readonly value: string };

type Props = { readonly title: string; readonly values: readonly Shown[]; readonly onClose: () => void };

/** Shows a secret that is returned only once. */
export function SecretDialog({ title, values, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={t('console.onceText')}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t('console.kept')}
        </Button>
      }
    >
      <dl className="flex flex-col gap-3">
        {values.map(({ label, value }) => (
          <div key={label}>
            <dt className="mb-1 text-sm font-medium">{label}</dt>
            <dd className="flex items-center gap-2 rounded-lg bg-sunken py-1 pr-1 pl-3">
              <code className="min-w-0 flex-1 font-mono text-sm break-all select-all">{value}</code>
              <IconButton label={t('console.copyName', { name: label })} onClick={() => void copyAndTell(value, t)}>
                <Copy size={16} />
              </IconButton>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
