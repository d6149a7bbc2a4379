import { useTranslation } from 'react-i18next';
import { usePerson } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import type { ConnectionInfo } from '../contract.ts';

type Owner = ConnectionInfo['owner'];

/** Whose a connection is, in words. */
export function useOwnerName({ kind, user }: Owner): string {
  const { t } = useTranslation();
  const person = usePerson(kind === 'user' ? user : '');
  if (kind === 'user') return person?.displayName ?? user;
  return user === '' ? t('console.anonymous') : user;
}

/** What kind of user that is. */
export function useOwnerKind({ kind, user, app }: Owner): string {
  const { t } = useTranslation();
  const person = usePerson(kind === 'user' ? user : '');
  switch (kind) {
    case 'user':
      return person === undefined ? '' : `@${person.handle}`;
    case 'external':
      return t('console.byToken');
    case 'app':
      return t('console.ofApp', { app });
    case 'anonymous':
      return '';
    default:
      return kind satisfies never;
  }
}

export function OwnerAvatar({ owner, size = 32 }: { readonly owner: Owner; readonly size?: 32 | 64 }) {
  const person = usePerson(owner.kind === 'user' ? owner.user : '');
  const name = useOwnerName(owner);
  return <Avatar id={owner.user} name={name} picture={person?.picture ?? null} size={size} />;
}
