import { Send } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { COMMAND_KEY } from '../../../ui/keyboard.ts';
import { TextField } from '../../../ui/text-field.tsx';
import { jsonProblem } from './json-text.ts';
import { formatCount } from './numbers.ts';
import { Panel } from './panel.tsx';

type Props = {
  readonly channel: string;
  readonly type: Output<'console.channel'>['rules']['type'];
  readonly onPublished: () => void;
};

type Outcome =
  | { readonly kind: 'published'; readonly result: Output<'console.publish'> }
  | { readonly kind: 'wrong'; readonly text: string };

/** Publishes JSON, and shows its position. */
export function PublishForm({ channel, type, onPublished }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [data, setData] = useState('');
  const [entry, setEntry] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const publish = async () => {
    const problem = jsonProblem(data);
    if (problem !== null) {
      const { line, column } = problem;
      const text = line === 0 ? t('console.notJson') : t('console.notJsonAt', { line, column });
      return setOutcome({ kind: 'wrong', text });
    }
    setBusy(true);
    try {
      const input = { channel, data, ...(type !== 'stream' && { entry }) };
      setOutcome({ kind: 'published', result: await client.call('console.publish', input) });
      onPublished();
    } catch (error) {
      setOutcome({ kind: 'wrong', text: failureText(error, t) });
    }
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void publish();
  };
  return (
    <Panel title={t('console.publish')}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        {type !== 'stream' && (
          <TextField
            label={t('console.entry')}
            value={entry}
            required
            maxLength={255}
            onChange={(event) => setEntry(event.target.value)}
          />
        )}
        <DataField
          value={data}
          isWrong={outcome?.kind === 'wrong'}
          onChange={(text) => {
            setData(text);
            setOutcome(null);
          }}
          onSend={() => void publish()}
        />
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" busy={isBusy}>
            {!isBusy && <Send size={16} aria-hidden />}
            {t('console.publish')}
          </Button>
          <Told outcome={outcome} />
        </div>
      </form>
    </Panel>
  );
}

type DataFieldProps = {
  readonly value: string;
  readonly isWrong: boolean;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
};

function DataField({ value, isWrong, onChange, onSend }: DataFieldProps) {
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
        aria-invalid={isWrong}
        aria-describedby={`${id}-hint`}
        placeholder={'{ "hello": "world" }'}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className={`w-full resize-y rounded-lg border bg-surface px-3 py-2 font-mono text-sm outline-none placeholder:text-muted focus:border-accent ${isWrong ? 'border-danger' : 'border-line'}`}
      />
      <p id={`${id}-hint`} className="text-xs text-muted">
        {t('console.publishHint', { keys: `${COMMAND_KEY}+Enter` })}
      </p>
    </div>
  );
}

function Told({ outcome }: { readonly outcome: Outcome | null }) {
  const { t, i18n } = useTranslation();
  if (outcome?.kind === 'wrong') {
    return (
      <p role="alert" className="text-sm text-danger">
        {outcome.text}
      </p>
    );
  }
  if (outcome === null) return null;
  const { offset, epoch } = outcome.result;
  const number = formatCount(offset, i18n.language);
  return (
    <p role="status" className="text-sm text-accent">
      {offset === 0 ? t('console.publishedLive') : t('console.publishedAt', { number, epoch })}
    </p>
  );
}
