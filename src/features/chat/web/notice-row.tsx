import { useTranslation } from 'react-i18next';
import type { RoomNotice } from '../../../contracts/chat/events.ts';
import { useApp, usePeople } from '../../../ui/app-context.tsx';
import { plainName } from '../../../ui/direction.ts';
import { formatNames } from '../../../ui/names.ts';

const PROMOTED = {
  owner: 'chat.noticeMadeOwner',
  admin: 'chat.noticeMadeAdmin',
  member: 'chat.noticeMadeMember',
} as const;
const NAMES_SHOWN = 5;

/** A notice about the room. */
export function NoticeRow({ event }: { readonly event: RoomNotice }) {
  return (
    <p dir="auto" className="px-4 py-1 text-center text-xs text-muted">
      {useNoticeText(event)}
    </p>
  );
}

/** The people it names. */
function peopleIn(event: RoomNotice): readonly string[] {
  const others = 'users' in event ? event.users.slice(0, NAMES_SHOWN) : 'user' in event ? [event.user] : [];
  return 'by' in event ? [event.by, ...others] : others;
}

function useNoticeText(event: RoomNotice): string {
  const { t, i18n } = useTranslation();
  const { me } = useApp();
  const personOf = usePeople(peopleIn(event));
  const other = (user: string) => (user === me ? t('chat.noticeYou') : (personOf(user)?.displayName ?? '…'));
  /** At the beginning of the sentence. */
  const nameOf = (user: string) => (user === me ? t('chat.you') : other(user));
  const list = (names: readonly string[]) => {
    const rest = names.length - NAMES_SHOWN;
    return formatNames([...names.slice(0, NAMES_SHOWN), ...(rest > 0 ? [`+${rest}`] : [])], i18n.language);
  };
  switch (event.type) {
    case 'created':
      return event.kind === 'direct'
        ? t('chat.noticeCreatedDirect')
        : t('chat.noticeCreated', { name: nameOf(event.by) });
    case 'renamed':
      return t('chat.noticeRenamed', { name: nameOf(event.by), title: plainName(event.title) });
    case 'pictured':
      return t('chat.noticePictured', { name: nameOf(event.by) });
    case 'joined':
      return event.users.includes(event.by)
        ? t('chat.noticeJoined', { names: list(event.users.map(nameOf)) })
        : t('chat.noticeAdded', { name: nameOf(event.by), names: list(event.users.map(other)) });
    case 'left':
      return t('chat.noticeLeft', { name: nameOf(event.user) });
    case 'removed':
      return t('chat.noticeRemoved', { name: nameOf(event.by), other: other(event.user) });
    case 'promoted':
      if (event.role === 'owner' && event.by === event.user) {
        return t('chat.noticeTookOver', { name: nameOf(event.by) });
      }
      return t(PROMOTED[event.role], { name: nameOf(event.by), other: other(event.user) });
    default:
      return event satisfies never;
  }
}
