import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { checkCreateApp, checkUpdateApp } from './checks.ts';
import { CheckField } from './fields.tsx';
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
const SWITCHES = ['enabled', 'clientEvents', 'subscriptionCounts'] as const;
/** Set for an app that moves here; otherwise they are generated. */
const IDENTITY = ['id', 'key', 'secret', 'namespace'] as const;

type Texts = Readonly<Record<(typeof NUMBERS)[number] | (typeof IDENTITY)[number] | 'name', string>>;
type Switches = Readonly<Record<(typeof SWITCHES)[number], boolean>>;
/** What is filled in: numbers are texts until they are sent. */
type Values = Texts & Switches & { readonly webhooks: AppInfo['webhooks'] };

const NEW: Values = {
  ...{ name: '', id: '', key: '', secret: '', namespace: '' },
  ...{ maxConnections: '0', clientEventsPerSecond: '10', maxEventBytes: '10240', maxPresenceMembers: '100' },
  ...{ enabled: true, clientEvents: true, subscriptionCounts: false, webhooks: [] },
};

/** Creates an app of the Pusher protocol, or changes one. */
export function AppDialog({ app, events, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const form = useForm({
    initial: app === undefined ? NEW : valuesOf(app),
    input: (values) =>
      app === undefined ? { ...configured(values), ...given(values) } : { ...configured(values), id: app.id },
    check: app === undefined ? checkCreateApp : checkUpdateApp,
    send: async (input) => {
      if (app !== undefined) {
        onDone(await client.call('apps.update', { ...input, id: app.id }, { overHttp: true }));
        return;
      }
      const made = await client.call('apps.create', input, { overHttp: true });
      onDone(made.app, made.secret);
    },
  });
  const { values } = form;
  return (
    <FormDialog
      title={app === undefined ? t('console.newApp') : t('console.editName', { name: values.name })}
      submitLabel={app === undefined ? t('console.makeApp') : t('console.save')}
      form={form}
      onClose={onClose}
    >
      <TextField label={t('console.name')} maxLength={60} {...form.field('name')} />
      {SWITCHES.map((name) => (
        <CheckField
          key={name}
          label={t(`console.app.${name}`)}
          checked={values[name]}
          onChange={(checked) => form.set(name, checked)}
        />
      ))}
      <div className="grid items-end gap-4 md:grid-cols-2">
        {NUMBERS.map((name) => (
          <TextField key={name} label={t(`console.app.${name}`)} inputMode="numeric" {...form.field(name)} />
        ))}
      </div>
      <WebhookFields
        value={values.webhooks}
        events={events}
        onChange={(webhooks) => form.set('webhooks', webhooks)}
        error={form.error}
      />
      {app === undefined && (
        <details className="rounded-lg border border-line px-3 py-2" open={IDENTITY.some(form.error) || undefined}>
          <summary className="cursor-pointer text-sm font-medium">{t('console.moves')}</summary>
          <p className="my-2 text-sm text-muted">{t('console.movesText')}</p>
          <div className="grid gap-4 md:grid-cols-2">
            {IDENTITY.map((name) => (
              <TextField
                key={name}
                label={t(`console.app.${name}`)}
                autoComplete="off"
                spellCheck={false}
                {...form.field(name)}
                onChange={({ target }) => form.set(name, target.value.trim())}
              />
            ))}
          </div>
        </details>
      )}
    </FormDialog>
  );
}

function valuesOf({ name, enabled, clientEvents, subscriptionCounts, webhooks, ...app }: AppInfo): Values {
  const numbers = Object.fromEntries(NUMBERS.map((each) => [each, String(app[each])]));
  return { ...NEW, ...numbers, name, enabled, clientEvents, subscriptionCounts, webhooks };
}

function configured({ name, enabled, clientEvents, subscriptionCounts, webhooks, ...texts }: Values) {
  const numbers = Object.fromEntries(NUMBERS.map((each) => [each, numberOf(texts[each])]));
  return {
    ...{ name, enabled, clientEvents, subscriptionCounts, webhooks: [...webhooks] },
    ...(numbers as Record<(typeof NUMBERS)[number], number>),
  };
}

/** What is no number becomes one that the contract and JSON refuse. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function given(values: Values): Partial<Pick<Values, (typeof IDENTITY)[number]>> {
  return Object.fromEntries(IDENTITY.map((name) => [name, values[name]]).filter(([, value]) => value !== ''));
}
