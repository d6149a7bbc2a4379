import { UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ConnectionInfo } from '../../../contracts/console/contract.ts';
import { usePerson } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';

type Owner = ConnectionInfo['owner'];

/** The user of a connection. */
export function useOwnerName({ kind, user }: Owner): string {
  const { t } = useTranslation();
  const person = usePerson(kind === 'user' ? user : '');
  if (kind === 'user') return person?.displayName ?? user;
  return user === '' ? t('console.anonymous') : user;
}

/** The kind of that user. */
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

type AvatarProps = { readonly owner: Owner; readonly size?: 32 | 64 };

/** A person's picture; a placeholder for anonymous users. */
export function OwnerAvatar({ owner, size = 32 }: AvatarProps) {
  const person = usePerson(owner.kind === 'user' ? owner.user : '');
  const name = useOwnerName(owner);
  if (owner.user !== '') return <Avatar id={owner.user} name={name} picture={person?.picture ?? null} size={size} />;
  return (
    <span
      aria-hidden
      className={`flex shrink-0 items-center justify-center rounded-full bg-sunken text-faint ${size === 32 ? 'size-8' : 'size-16'}`}
    >
      <UserRound size={size / 2} />
    </span>
  );
}
