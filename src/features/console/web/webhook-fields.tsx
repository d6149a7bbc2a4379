import { Plus, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../ui/button.tsx';
import { FieldError, TextField } from '../../../ui/text-field.tsx';
import { ChoiceField } from './fields.tsx';
import type { Webhook, WebhookEvent } from './platform-infos.ts';

type Props = {
  readonly value: readonly Webhook[];
  readonly events: readonly WebhookEvent[];
  readonly onChange: (value: Webhook[]) => void;
  /** What is wrong, by dotted path. */
  readonly error: (path: string) => string | undefined;
};

const MOST = 20;

/** The webhooks of an app: URLs and event types. */
export function WebhookFields({ value, events, onChange, error }: Props) {
  const { t } = useTranslation();
  const note = useId();
  // What is wrong with one of them stands there.
  const isPlaced = value.some((_, index) => error(`webhooks.${index}`) !== undefined);
  const change = (index: number, webhook: Webhook) =>
    onChange(value.map((each, at) => (at === index ? webhook : each)));
  return (
    <fieldset aria-describedby={isPlaced ? undefined : note} className="flex flex-col gap-3">
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
                error={error(`webhooks.${index}.url`)}
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
            error={error(`webhooks.${index}.events`)}
            onChange={(picked) =>
              change(
                index,
                picked === null ? { url: webhook.url } : { url: webhook.url, events: picked as WebhookEvent[] },
              )
            }
          />
        </div>
      ))}
      <FieldError id={note} text={isPlaced ? undefined : error('webhooks')} />
      {value.length < MOST && (
        <Button className="self-start border border-line" onClick={() => onChange([...value, { url: '' }])}>
          <Plus size={16} aria-hidden />
          {t('console.addWebhook')}
        </Button>
      )}
    </fieldset>
  );
}
