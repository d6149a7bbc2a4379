import type { TFunction } from 'i18next';
import { Send } from 'lucide-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { COMMAND_KEY } from '../../../ui/keyboard.ts';
import { FieldError, fieldEdge, TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { checkPublish } from './checks.ts';
import { jsonProblem } from './json-text.ts';
import { formatCount } from './numbers.ts';
import { Panel } from './panel.tsx';

type Props = {
  readonly channel: string;
  readonly type: Output<'console.channel'>['rules']['type'];
  readonly onPublished: () => void;
};

type Published = Output<'console.publish'>;

/** Publishes JSON, and shows its position. */
export function PublishForm({ channel, type, onPublished }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [published, setPublished] = useState<Published | null>(null);
  const form = useForm({
    initial: { data: '', entry: '' },
    input: ({ data, entry }) => ({ channel, data, ...(type !== 'stream' && { entry }) }),
    check: checkPublish,
    send: async (input) => {
      setPublished(await client.call('console.publish', input));
      onPublished();
    },
  });
  const field = form.field('data');
  return (
    <Panel title={t('console.publish')}>
      <form {...form.props} className="flex flex-col gap-3">
        {type !== 'stream' && (
          <TextField label={t('console.entry')} required maxLength={255} {...form.field('entry')} />
        )}
        <DataField
          value={field.value}
          error={field.error && (notJsonText(field.value, t) ?? field.error)}
          onChange={(text) => {
            form.set('data', text);
            setPublished(null);
          }}
          onSend={form.submit}
        />
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting}>
            {!form.busy && <Send size={16} aria-hidden />}
            {t('console.publish')}
          </Button>
          <FormProblem text={form.problem} />
          {published !== null && form.problem === undefined && <Told published={published} />}
        </div>
      </form>
    </Panel>
  );
}

/** Where a text stops being JSON. */
function notJsonText(text: string, t: TFunction): string | undefined {
  const problem = jsonProblem(text);
  if (problem === null) return undefined;
  return problem.line === 0 ? t('console.notJson') : t('console.notJsonAt', problem);
}

type DataFieldProps = {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
};

function DataField({ value, error, onChange, onSend }: DataFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSend();
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {t('console.data')}
      </label>
      <textarea
        id={id}
        rows={4}
        value={value}
        maxLength={65_536}
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? `${id}-hint` : `${id}-note ${id}-hint`}
        placeholder={'{ "hello": "world" }'}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className={`w-full resize-y rounded-lg border bg-surface px-3 py-2 font-mono text-sm outline-none placeholder:text-muted ${fieldEdge(error !== undefined)}`}
      />
      <FieldError id={`${id}-note`} text={error} />
      <p id={`${id}-hint`} className="text-xs text-muted">
        {t('console.publishHint', { keys: `${COMMAND_KEY}+Enter` })}
      </p>
    </div>
  );
}

function Told({ published: { offset, epoch } }: { readonly published: Published }) {
  const { t, i18n } = useTranslation();
  const number = formatCount(offset, i18n.language);
  return (
    <p role="status" className="text-sm text-accent">
      {offset === 0 ? t('console.publishedLive') : t('console.publishedAt', { number, epoch })}
    </p>
  );
}
