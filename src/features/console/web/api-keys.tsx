import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { ApiKeyDialog } from './api-key-dialog.tsx';
import { Tag } from './fields.tsx';
import { KeptList, NewButton } from './kept-list.tsx';
import { LoadedScreen } from './loaded-screen.tsx';
import { Made } from './made.tsx';
import type { ApiKey, ApiKeyChoices } from './platform-infos.ts';
import { ScreenHeader } from './screen-header.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { useConfirmed } from './use-confirmed.tsx';
import { useLoaded } from './use-loaded.ts';

/** The open dialog. */
type Open =
  | { readonly kind: 'new' }
  | { readonly kind: 'edit'; readonly key: ApiKey }
  | { readonly kind: 'secret'; readonly secret: string };

/** The keys with which backends use the server API. */
export function ApiKeys() {
  const { t } = useTranslation();
  const { client } = useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const [loaded, reload] = useLoaded('apiKeys.list', {});
  const { ask, dialog } = useConfirmed();
  const revoke = (key: ApiKey) =>
    ask({
      title: t('console.revokeTitle', { name: key.name }),
      text: t('console.revokeText'),
      confirmLabel: t('console.revoke'),
      action: async () => {
        await client.call('apiKeys.revoke', { id: key.id });
        reload();
        return t('console.revoked');
      },
    });
  return (
    <>
      <ScreenHeader title={t('console.keys')} text={t('console.keysText')}>
        <NewButton
          label={t('console.newKey')}
          isReady={loaded.kind === 'ready'}
          onNew={() => setOpen({ kind: 'new' })}
        />
      </ScreenHeader>
      <LoadedScreen loaded={loaded} onReload={reload}>
        {({ keys, choices }) => (
          <>
            <KeptList
              label={t('console.keys')}
              items={keys}
              empty={{
                icon: <KeyRound size={32} />,
                title: t('console.noKeys'),
                text: t('console.noKeysText'),
              }}
            >
              {(key) => (
                <KeyRow
                  key={key.id}
                  apiKey={key}
                  onEdit={() => setOpen({ kind: 'edit', key })}
                  onRevoke={() => revoke(key)}
                />
              )}
            </KeptList>
            <OpenDialog open={open} choices={choices} onOpen={setOpen} onChanged={reload} />
          </>
        )}
      </LoadedScreen>
      {dialog}
    </>
  );
}

type OpenDialogProps = {
  readonly open: Open | null;
  readonly choices: ApiKeyChoices;
  readonly onOpen: (open: Open | null) => void;
  readonly onChanged: () => void;
};

function OpenDialog({ open, choices, onOpen, onChanged }: OpenDialogProps) {
  const { t } = useTranslation();
  const close = () => onOpen(null);
  switch (open?.kind) {
    case undefined:
      return null;
    case 'new':
    case 'edit':
      return (
        <ApiKeyDialog
          {...(open.kind === 'edit' && { apiKey: open.key })}
          choices={choices}
          onClose={close}
          onDone={(secret) => {
            onChanged();
            onOpen(secret === undefined ? null : { kind: 'secret', secret });
          }}
        />
      );
    case 'secret':
      return (
        <SecretDialog
          title={t('console.keyMade')}
          values={[{ label: t('console.key'), value: open.secret }]}
          onClose={close}
        />
      );
    default:
      return open satisfies never;
  }
}

type RowProps = { readonly apiKey: ApiKey; readonly onEdit: () => void; readonly onRevoke: () => void };

function KeyRow({ apiKey, onEdit, onRevoke }: RowProps) {
  const { t } = useTranslation();
  const { name, source, hint, methods, namespaces, revoked } = apiKey;
  const isOurs = source === 'stored' && !revoked;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-2xl border border-line bg-raised p-4">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className={`font-medium break-all ${revoked ? 'text-muted line-through' : ''}`}>
            {name === '' ? t('console.nameless') : name}
          </span>
          {hint !== '' && <code className="font-mono text-xs text-muted">{hint}…</code>}
          {source === 'settings' && <Tag>{t('console.fromSettings')}</Tag>}
          {revoked && <Tag tone="danger">{t('console.isRevoked')}</Tag>}
        </p>
        <p className="mt-1 text-sm break-words text-muted">
          {t('console.opens', {
            methods: methods === null ? t('console.allMethods') : methods.join(', '),
            namespaces: namespaces === null ? t('console.allNamespaces') : namespaces.join(', '),
          })}
        </p>
        <Made createdAt={apiKey.createdAt} createdBy={apiKey.createdBy} />
      </div>
      {isOurs && (
        <div className="flex gap-2">
          <Button className="border border-line" onClick={onEdit}>
            {t('console.edit')}
          </Button>
          <Button className="border border-line text-danger!" onClick={onRevoke}>
            {t('console.revoke')}
          </Button>
        </div>
      )}
    </li>
  );
}
