import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import type { RoomNotice, RoomRole } from '../events.ts';

const ROLE_KEYS = { owner: 'chat.roleOwner', admin: 'chat.roleAdmin', member: 'chat.roleMember' } as const;
const NAMES_SHOWN = 5;

/** A line that says what happened to the room. */
export function NoticeRow({ event }: { readonly event: RoomNotice }) {
  return <p className="px-4 py-1 text-center text-xs text-muted">{useNoticeText(event)}</p>;
}

function useNoticeText(event: RoomNotice): string {
  const { t } = useTranslation();
  const { me, people } = useApp();
  useSyncExternalStore(people.subscribe, people.version);
  const nameOf = (user: string) => (user === me ? t('chat.you') : (people.person(user)?.displayName ?? '…'));
  const namesOf = (users: readonly string[]) => {
    const shown = users.slice(0, NAMES_SHOWN).map(nameOf).join(', ');
    return users.length > NAMES_SHOWN ? `${shown} +${users.length - NAMES_SHOWN}` : shown;
  };
  switch (event.type) {
    case 'created':
      return event.kind === 'direct'
        ? t('chat.noticeCreatedDirect')
        : t('chat.noticeCreated', { name: nameOf(event.by) });
    case 'renamed':
      return t('chat.noticeRenamed', { name: nameOf(event.by), title: event.title });
    case 'pictured':
      return t('chat.noticePictured', { name: nameOf(event.by) });
    case 'joined':
      return event.users.includes(event.by)
        ? t('chat.noticeJoined', { names: namesOf(event.users) })
        : t('chat.noticeAdded', { name: nameOf(event.by), names: namesOf(event.users) });
    case 'left':
      return t('chat.noticeLeft', { name: nameOf(event.user) });
    case 'removed':
      return t('chat.noticeRemoved', { name: nameOf(event.by), other: nameOf(event.user) });
    case 'promoted': {
      const role = t(ROLE_KEYS[event.role satisfies RoomRole]);
      return t('chat.noticePromoted', { name: nameOf(event.by), other: nameOf(event.user), role });
    }
    default:
      return event satisfies never;
  }
}
