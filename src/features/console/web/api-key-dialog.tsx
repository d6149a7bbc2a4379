import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { checkCreateApiKey, checkUpdateApiKey } from './checks.ts';
import { ChoiceField } from './fields.tsx';
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
  const form = useForm({
    initial: {
      name: apiKey?.name ?? '',
      methods: (apiKey?.methods ?? null) as readonly string[] | null,
      namespaces: (apiKey?.namespaces ?? null) as readonly string[] | null,
    },
    input: ({ name, methods, namespaces }) => ({
      ...{ name, methods: methods && [...methods], namespaces: namespaces && [...namespaces] },
      ...(apiKey !== undefined && { id: apiKey.id }),
    }),
    check: apiKey === undefined ? checkCreateApiKey : checkUpdateApiKey,
    send: async (input) => {
      if (apiKey === undefined) return onDone((await client.call('apiKeys.create', input, { overHttp: true })).secret);
      await client.call('apiKeys.update', { ...input, id: apiKey.id }, { overHttp: true });
      onDone();
    },
  });
  return (
    <FormDialog
      title={apiKey === undefined ? t('console.newKey') : t('console.editName', { name: apiKey.name })}
      submitLabel={apiKey === undefined ? t('console.makeKey') : t('console.save')}
      form={form}
      onClose={onClose}
    >
      <TextField label={t('console.name')} hint={t('console.keyNameHint')} maxLength={60} {...form.field('name')} />
      <ChoiceField
        label={t('console.methods')}
        allLabel={t('console.allMethods')}
        choices={choices.methods}
        value={form.values.methods}
        error={form.error('methods')}
        onChange={(methods) => form.set('methods', methods)}
      />
      <ChoiceField
        label={t('console.namespaces')}
        allLabel={t('console.allNamespaces')}
        choices={choices.namespaces}
        value={form.values.namespaces}
        error={form.error('namespaces')}
        onChange={(namespaces) => form.set('namespaces', namespaces)}
      />
    </FormDialog>
  );
}
