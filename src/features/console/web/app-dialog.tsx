import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '../../../../client/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { CheckField } from './fields.tsx';
import { FormDialog } from './form-dialog.tsx';
import type { AppInfo, WebhookEvent } from './platform-infos.ts';
import { WebhookFields } from './webhook-fields.tsx';

type Props = {
  /** The one to change; absent for a new one. */
  readonly app?: AppInfo;
  readonly events: readonly WebhookEvent[];
  readonly onClose: () => void;
  /** `secret`: of a new one. */
  readonly onDone: (app: AppInfo, secret?: string) => void;
};

const NUMBERS = ['maxConnections', 'clientEventsPerSecond', 'maxEventBytes', 'maxPresenceMembers'] as const;
/** Set for an app that moves here; otherwise they are generated. */
const IDENTITY = ['id', 'key', 'secret', 'namespace'] as const;

type Numbers = Readonly<Record<(typeof NUMBERS)[number], string>>;
type Identity = Readonly<Record<(typeof IDENTITY)[number], string>>;
type Webhooks = AppInfo['webhooks'];

const USUAL: Numbers = {
  maxConnections: '0',
  clientEventsPerSecond: '10',
  maxEventBytes: '10240',
  maxPresenceMembers: '100',
};

/** Creates an app of the Pusher protocol, or changes one. */
export function AppDialog({ app, events, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const [name, setName] = useState(app?.name ?? '');
  const [identity, setIdentity] = useState<Identity>({ id: '', key: '', secret: '', namespace: '' });
  const [numbers, setNumbers] = useState<Numbers>(app === undefined ? USUAL : numbersOf(app));
  const [enabled, setEnabled] = useState(app?.enabled ?? true);
  const [clientEvents, setClientEvents] = useState(app?.clientEvents ?? true);
  const [subscriptionCounts, setSubscriptionCounts] = useState(app?.subscriptionCounts ?? false);
  const [webhooks, setWebhooks] = useState<Webhooks>(app?.webhooks ?? []);
  const form = useForm({
    fields: ['name', ...NUMBERS, ...IDENTITY, 'webhooks'],
    send: async () => {
      const rest = { enabled, clientEvents, subscriptionCounts, webhooks: [...webhooks] };
      const configured = { name, ...rest, ...parsed(numbers) };
      if (app !== undefined) {
        onDone(await client.call('apps.update', { id: app.id, ...configured }, { overHttp: true }));
        return;
      }
      const made = await client.call('apps.create', { ...configured, ...given(identity) }, { overHttp: true });
      onDone(made.app, made.secret);
    },
  });
  return (
    <FormDialog
      title={app === undefined ? t('console.newApp') : t('console.editName', { name })}
      submitLabel={app === undefined ? t('console.makeApp') : t('console.save')}
      form={form}
      onClose={onClose}
    >
      <TextField
        label={t('console.name')}
        value={name}
        maxLength={60}
        error={form.error('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <CheckField label={t('console.app.enabled')} checked={enabled} onChange={setEnabled} />
      <CheckField label={t('console.app.clientEvents')} checked={clientEvents} onChange={setClientEvents} />
      <CheckField
        label={t('console.app.subscriptionCounts')}
        checked={subscriptionCounts}
        onChange={setSubscriptionCounts}
      />
      <div className="grid items-end gap-4 md:grid-cols-2">
        {NUMBERS.map((field) => (
          <TextField
            key={field}
            label={t(`console.app.${field}`)}
            inputMode="numeric"
            value={numbers[field]}
            error={form.error(field)}
            onChange={(event) => setNumbers({ ...numbers, [field]: event.target.value })}
          />
        ))}
      </div>
      <WebhookFields value={webhooks} events={events} onChange={setWebhooks} error={form.error('webhooks')} />
      {app === undefined && (
        <details className="rounded-lg border border-line px-3 py-2">
          <summary className="cursor-pointer text-sm font-medium">{t('console.moves')}</summary>
          <p className="my-2 text-sm text-muted">{t('console.movesText')}</p>
          <div className="grid gap-4 md:grid-cols-2">
            {IDENTITY.map((field) => (
              <TextField
                key={field}
                label={t(`console.app.${field}`)}
                value={identity[field]}
                autoComplete="off"
                spellCheck={false}
                error={form.error(field)}
                onChange={(event) => setIdentity({ ...identity, [field]: event.target.value.trim() })}
              />
            ))}
          </div>
        </details>
      )}
    </FormDialog>
  );
}

function numbersOf(app: AppInfo): Numbers {
  return Object.fromEntries(NUMBERS.map((field) => [field, String(app[field])])) as Numbers;
}

/** Text that is not a number is sent as an invalid one: the server responds with the rule. */
function parsed(numbers: Numbers): Pick<Input<'apps.create'>, (typeof NUMBERS)[number]> {
  const values = NUMBERS.map((field) => [field, numbers[field].trim() === '' ? -1 : Number(numbers[field])]);
  return Object.fromEntries(values.map(([field, value]) => [field, Number.isFinite(value) ? value : -1]));
}

function given(identity: Identity): Partial<Identity> {
  return Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== ''));
}
