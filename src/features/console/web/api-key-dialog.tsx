import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { ChoiceField } from './fields.tsx';
import { FormDialog } from './form-dialog.tsx';
import type { ApiKey, ApiKeyChoices } from './platform-infos.ts';

type Props = {
  /** The one to change; absent for a new one. */
  readonly apiKey?: ApiKey;
  readonly choices: ApiKeyChoices;
  readonly onClose: () => void;
  /** `secret`: the new key itself. */
  readonly onDone: (secret?: string) => void;
};

/** Creates a key of the server API, or changes its scope. */
export function ApiKeyDialog({ apiKey, choices, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [name, setName] = useState(apiKey?.name ?? '');
  const [methods, setMethods] = useState<readonly string[] | null>(apiKey?.methods ?? null);
  const [namespaces, setNamespaces] = useState<readonly string[] | null>(apiKey?.namespaces ?? null);
  const form = useForm({
    fields: ['name', 'methods', 'namespaces'],
    send: async () => {
      const input = { name, methods: methods && [...methods], namespaces: namespaces && [...namespaces] };
      if (apiKey === undefined) onDone((await client.call('apiKeys.create', input, { overHttp: true })).secret);
      else {
        await client.call('apiKeys.update', { id: apiKey.id, ...input }, { overHttp: true });
        onDone();
      }
    },
  });
  return (
    <FormDialog
      title={apiKey === undefined ? t('console.newKey') : t('console.editName', { name: apiKey.name })}
      submitLabel={apiKey === undefined ? t('console.makeKey') : t('console.save')}
      form={form}
      onClose={onClose}
    >
      <TextField
        label={t('console.name')}
        hint={t('console.keyNameHint')}
        value={name}
        maxLength={60}
        error={form.error('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <ChoiceField
        label={t('console.methods')}
        allLabel={t('console.allMethods')}
        choices={choices.methods}
        value={methods}
        error={form.error('methods')}
        onChange={setMethods}
      />
      <ChoiceField
        label={t('console.namespaces')}
        allLabel={t('console.allNamespaces')}
        choices={choices.namespaces}
        value={namespaces}
        error={form.error('namespaces')}
        onChange={setNamespaces}
      />
    </FormDialog>
  );
}
