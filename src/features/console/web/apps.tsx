import { AppWindow, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { AppDialog } from './app-dialog.tsx';
import { DeleteAppDialog } from './delete-app-dialog.tsx';
import { Tag } from './fields.tsx';
import { KeptList, NewButton } from './kept-list.tsx';
import { LoadedScreen } from './loaded-screen.tsx';
import { Made } from './made.tsx';
import { formatCount } from './numbers.ts';
import { type AppInfo, appName, type WebhookEvent } from './platform-infos.ts';
import { ScreenHeader } from './screen-header.tsx';
import { SecretDialog, type Shown } from './secret-dialog.tsx';
import { useConfirmed } from './use-confirmed.tsx';
import { useLoaded } from './use-loaded.ts';

type Open =
  | { readonly kind: 'new' }
  | { readonly kind: 'edit'; readonly app: AppInfo }
  | { readonly kind: 'delete'; readonly app: AppInfo }
  | { readonly kind: 'secret'; readonly title: string; readonly values: readonly Shown[] };

/** The apps of the Pusher protocol. */
export function Apps() {
  const { t } = useTranslation();
  const { client } = useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const [loaded, reload] = useLoaded('apps.list', {});
  const { ask, dialog } = useConfirmed();
  const show = (title: string, app: AppInfo, secret: string) =>
    setOpen({
      kind: 'secret',
      title,
      values: [
        { label: t('console.appId'), value: app.id },
        { label: t('console.key'), value: app.key },
        { label: t('console.secret'), value: secret },
      ],
    });
  const rotate = (app: AppInfo) =>
    ask({
      title: t('console.rotateTitle', { name: appName(app) }),
      text: t('console.rotateText'),
      confirmLabel: t('console.rotate'),
      action: async () => {
        const { secret } = await client.call('apps.rotateSecret', { id: app.id });
        show(t('console.rotated'), app, secret);
        return t('console.rotated');
      },
    });
  return (
    <>
      <ScreenHeader title={t('console.apps')} text={t('console.appsText')}>
        <NewButton
          label={t('console.newApp')}
          isReady={loaded.kind === 'ready'}
          onNew={() => setOpen({ kind: 'new' })}
        />
      </ScreenHeader>
      <LoadedScreen loaded={loaded} onReload={reload}>
        {({ apps, choices }) => (
          <>
            <KeptList
              label={t('console.apps')}
              items={apps}
              empty={{
                icon: <AppWindow size={32} />,
                title: t('console.noApps'),
                text: t('console.noAppsText'),
              }}
            >
              {(app) => (
                <AppRow
                  key={app.id}
                  app={app}
                  onEdit={() => setOpen({ kind: 'edit', app })}
                  onRotate={() => rotate(app)}
                  onDelete={() => setOpen({ kind: 'delete', app })}
                />
              )}
            </KeptList>
            <AppDialogs open={open} events={choices.webhookEvents} onOpen={setOpen} onChanged={reload} show={show} />
          </>
        )}
      </LoadedScreen>
      {dialog}
    </>
  );
}

type DialogsProps = {
  readonly open: Open | null;
  readonly events: readonly WebhookEvent[];
  readonly onOpen: (open: Open | null) => void;
  readonly onChanged: () => void;
  /** Shows a secret, this once. */
  readonly show: (title: string, app: AppInfo, secret: string) => void;
};

function AppDialogs({ open, events, onOpen, onChanged, show }: DialogsProps) {
  const { t } = useTranslation();
  const close = () => onOpen(null);
  switch (open?.kind) {
    case undefined:
      return null;
    case 'new':
    case 'edit':
      return (
        <AppDialog
          {...(open.kind === 'edit' && { app: open.app })}
          events={events}
          onClose={close}
          onDone={(app, secret) => {
            onChanged();
            if (secret === undefined) close();
            else show(t('console.appMade'), app, secret);
          }}
        />
      );
    case 'delete':
      return (
        <DeleteAppDialog
          app={open.app}
          onClose={close}
          onDeleted={() => {
            close();
            onChanged();
          }}
        />
      );
    case 'secret':
      return <SecretDialog title={open.title} values={open.values} onClose={close} />;
    default:
      return open satisfies never;
  }
}

type RowProps = {
  readonly app: AppInfo;
  readonly onEdit: () => void;
  readonly onRotate: () => void;
  readonly onDelete: () => void;
};

function AppRow({ app, onEdit, onRotate, onDelete }: RowProps) {
  const { t, i18n } = useTranslation();
  const { id, key, source, namespace, enabled, connections, maxConnections, shadowed, webhooks } = app;
  const number = (count: number) => formatCount(count, i18n.language);
  const facts = [
    maxConnections === 0
      ? t('console.connectionsNow', { number: number(connections) })
      : t('console.connectionsOf', { number: number(connections), most: number(maxConnections) }),
    t('console.inNamespace', { namespace }),
    t('console.webhookCount', { count: webhooks.length }),
  ];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-2xl border border-line bg-raised p-4">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{appName(app)}</span>
          {source === 'settings' && <Tag>{t('console.fromSettings')}</Tag>}
          {!enabled && <Tag tone="danger">{t('console.isOff')}</Tag>}
          {shadowed && <Tag tone="danger">{t('console.shadowed')}</Tag>}
        </p>
        <p className="mt-1 text-sm text-muted">{facts.join(' · ')}</p>
        <p className="mt-1 flex flex-wrap items-center gap-x-4 font-mono text-xs text-muted">
          <Copied label={t('console.appId')} value={id} />
          <Copied label={t('console.key')} value={key} />
        </p>
        <Made createdAt={app.createdAt} createdBy={app.createdBy} />
      </div>
      {source === 'stored' && (
        <div className="flex flex-wrap gap-2">
          <Button className="border border-line" onClick={onEdit}>
            {t('console.edit')}
          </Button>
          <Button className="border border-line" onClick={onRotate}>
            {t('console.rotate')}
          </Button>
          <Button className="border border-line text-danger!" onClick={onDelete}>
            {t('console.delete')}
          </Button>
        </div>
      )}
    </li>
  );
}

function Copied({ label, value }: Shown) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-1">
      {label}: <span className="break-all text-ink">{value}</span>
      <IconButton
        label={t('console.copyName', { name: label })}
        className="size-7"
        onClick={() => void copyAndTell(value, t)}
      >
        <Copy size={14} />
      </IconButton>
    </span>
  );
}
