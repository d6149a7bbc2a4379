import { useTranslation } from 'react-i18next';
import type { ConnectionInfo } from '../../../contracts/console/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { useConfirmed } from './use-confirmed.tsx';

type Named = { readonly connection: ConnectionInfo; readonly name: string };

/** Closes connections, after a confirmation. `done` is called on success. */
export function useDisconnecting(done: () => void) {
  const { t } = useTranslation();
  const { client } = useApp();
  const { ask, dialog } = useConfirmed();
  const told = (ended: number) => {
    done();
    return ended === 0 ? t('console.goneAlready') : t('console.ended', { count: ended });
  };
  return {
    dialog,
    one: ({ connection, name }: Named) =>
      ask({
        title: t('console.disconnectTitle', { name }),
        text: t('console.disconnectText'),
        confirmLabel: t('console.disconnect'),
        action: async () => told((await client.call('console.disconnect', { client: connection.client })).ended),
      }),
    allOf: ({ connection: { owner }, name }: Named) => {
      const { kind, user, app } = owner;
      if (kind === 'anonymous') return;
      ask({
        title: t('console.disconnectAllTitle', { name }),
        text: t('console.disconnectText'),
        confirmLabel: t('console.disconnectAll'),
        action: async () => told((await client.call('console.disconnectUser', { kind, user, app })).ended),
      });
    },
  };
}
