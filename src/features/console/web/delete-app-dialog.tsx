import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { type AppInfo, appName } from './platform-infos.ts';
import { TypedConfirmDialog } from './typed-confirm-dialog.tsx';

type Props = { readonly app: AppInfo; readonly onClose: () => void; readonly onDeleted: () => void };

/** Deletes an app, once its name was typed. */
export function DeleteAppDialog({ app, onClose, onDeleted }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  return (
    <TypedConfirmDialog
      title={t('console.deleteApp')}
      text={t('console.deleteAppText')}
      name={appName(app)}
      fieldLabel={t('console.typeAppName')}
      confirmLabel={t('console.deleteApp')}
      action={async () => {
        await client.call('apps.delete', { id: app.id });
        return t('console.appDeleted');
      }}
      onClose={onClose}
      onDone={onDeleted}
    />
  );
}
