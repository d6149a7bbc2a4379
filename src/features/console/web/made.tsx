import { useTranslation } from 'react-i18next';
import { usePerson } from '../../../ui/app-context.tsx';
import { formatMoment } from './numbers.ts';

type MadeProps = { readonly createdAt: number | null; readonly createdBy: string | null };

/** When and by whom something was created; empty for items of the settings. */
export function Made({ createdAt, createdBy }: MadeProps) {
  const { t, i18n } = useTranslation();
  const person = usePerson(createdBy ?? '');
  if (createdAt === null) return null;
  const when = formatMoment(createdAt, i18n.language);
  return <p className="mt-0.5 text-xs text-muted">{t('console.made', { when, name: person?.displayName ?? '…' })}</p>;
}
