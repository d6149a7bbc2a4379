import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { useApp, usePerson } from '../../../ui/app-context.tsx';
import { AppLink } from '../../../ui/app-link.tsx';
import { Avatar, pictureAddress } from '../../../ui/avatar.tsx';
import { CountBadge } from '../../../ui/badge.tsx';
import { formatShort } from '../../../ui/dates.ts';
import { withoutTurning } from '../../../ui/direction.ts';
import { plainText } from '../../../ui/markdown.tsx';
import { useChat, usePersonName, useRoomTitle, useUnsent } from './chat-context.tsx';
import { useWhereabouts } from './use-whereabouts.ts';

type Props = { readonly room: RoomSummary; readonly isOpen: boolean };

/** One room in the list. */
export function RoomRow({ room, isOpen }: Props) {
  const { t, i18n } = useTranslation();
  const title = useRoomTitle(room);
  return (
    <AppLink
      to={`/r/${room.id}`}
      aria-current={isOpen ? 'page' : undefined}
      className={`flex w-full items-center gap-3 rounded-lg px-3 py-2 text-left ${isOpen ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
    >
      <RoomAvatar room={room} size={40} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span
            dir="auto"
            className={`min-w-0 flex-1 truncate text-start ${room.unread > 0 ? 'font-semibold' : 'font-medium'}`}
          >
            {title}
          </span>
          <time className="shrink-0 text-xs text-muted">{formatShort(room.activeAt, i18n.language)}</time>
        </span>
        <span className="flex items-center gap-2">
          <span dir="auto" className="min-w-0 flex-1 truncate text-sm text-muted">
            <LastLine room={room} isOpen={isOpen} />
          </span>
          {room.unread > 0 && <CountBadge count={room.unread} label={t('chat.unread', { count: room.unread })} />}
        </span>
      </span>
    </AppLink>
  );
}

type AvatarProps = { readonly room: RoomSummary; readonly size: 24 | 32 | 40 };

/** A group's icon, or the other person's picture with their online dot. */
export function RoomAvatar({ room, size }: AvatarProps) {
  const { me } = useApp();
  const title = useRoomTitle(room);
  const person = usePerson(room.peer ?? me);
  const whereabouts = useWhereabouts(room.kind === 'direct' && room.peer !== me ? room.peer : null);
  if (room.kind === 'group') {
    return <Avatar id={room.id} name={title} picture={pictureAddress(room.avatar)} size={size} />;
  }
  return (
    <Avatar
      id={room.peer ?? room.id}
      name={title}
      picture={person?.picture ?? null}
      size={size}
      {...(whereabouts !== undefined && { online: whereabouts.online })}
    />
  );
}

/** The draft, the newest unsent message, or the last message. */
function LastLine({ room, isOpen }: Props) {
  const { t } = useTranslation();
  const { drafts, me } = useChat();
  const unsent = useUnsent().findLast((item) => item.room === room.id);
  const last = room.lastMessage;
  const sender = usePersonName(last?.sender ?? me);
  const draft = isOpen ? '' : drafts.get(room.id).text.trim();
  if (draft !== '') {
    return (
      <>
        <span className="text-danger">{t('chat.draft')}</span> {withoutTurning(draft)}
      </>
    );
  }
  if (unsent !== undefined) return plainText(unsent.text);
  if (last === null) return '';
  if (last.recalledAt !== null) return <i>{t('chat.recalledShort')}</i>;
  if (room.kind === 'direct' && last.sender !== me) return plainText(last.text);
  return t('chat.lastLine', { name: last.sender === me ? t('chat.you') : sender, text: plainText(last.text) });
}
