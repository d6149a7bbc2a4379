import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { ChoiceField } from './fields.tsx';
import type { Webhook, WebhookEvent } from './platform-infos.ts';

type Props = {
  readonly value: readonly Webhook[];
  readonly events: readonly WebhookEvent[];
  readonly onChange: (value: Webhook[]) => void;
  readonly error: string | undefined;
};

const MOST = 20;

/** The webhooks of an app: URLs and event types. */
export function WebhookFields({ value, events, onChange, error }: Props) {
  const { t } = useTranslation();
  const change = (index: number, webhook: Webhook) =>
    onChange(value.map((each, at) => (at === index ? webhook : each)));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 text-sm font-medium">{t('console.webhooks')}</legend>
      {value.map((webhook, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no name but their place, and two may be alike
        <div key={index} className="flex flex-col gap-3 rounded-lg border border-line p-3">
          <div className="flex items-end gap-2">
            <div className="flex-1">
              <TextField
                label={t('console.webhookUrl')}
                type="url"
                placeholder="https://"
                value={webhook.url}
                onChange={(event) => change(index, { ...webhook, url: event.target.value.trim() })}
              />
            </div>
            <IconButton
              label={t('console.removeWebhook')}
              onClick={() => onChange(value.filter((_, at) => at !== index))}
            >
              <Trash2 size={18} />
            </IconButton>
          </div>
          <ChoiceField
            label={t('console.webhookEvents')}
            allLabel={t('console.allEvents')}
            choices={events}
            value={webhook.events ?? null}
            onChange={(picked) =>
              change(
                index,
                picked === null ? { url: webhook.url } : { url: webhook.url, events: picked as WebhookEvent[] },
              )
            }
          />
        </div>
      ))}
      {error !== undefined && (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
      {value.length < MOST && (
        <Button className="self-start border border-line" onClick={() => onChange([...value, { url: '' }])}>
          <Plus size={16} aria-hidden />
          {t('console.addWebhook')}
        </Button>
      )}
    </fieldset>
  );
}
