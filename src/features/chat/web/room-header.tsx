import { ArrowLeft, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { IconLink } from '../../../ui/app-link.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { formatAgo } from '../../../ui/dates.ts';
import { useIsPhone } from '../../../ui/media.ts';
import { useChat, useRoomTitle } from './chat-context.tsx';
import { RoomAvatar } from './room-row.tsx';
import { useWhereabouts } from './use-whereabouts.ts';

type Props = { readonly room: RoomSummary; readonly isPanelOpen: boolean; readonly onPanel: () => void };

export function RoomHeader({ room, isPanelOpen, onPanel }: Props) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  return (
    <header className="flex h-16 shrink-0 items-center gap-3 border-b border-line px-4">
      {isPhone && (
        <IconLink label={t('chat.back')} to="/">
          <ArrowLeft size={20} />
        </IconLink>
      )}
      <RoomAvatar room={room} size={40} />
      <div className="min-w-0 flex-1">
        <h2 dir="auto" className="truncate font-semibold">
          {useRoomTitle(room)}
        </h2>
        <p className="truncate text-xs text-muted">
          {room.kind === 'group' ? t('chat.memberCount', { count: room.memberCount }) : <PeerState room={room} />}
        </p>
      </div>
      {room.kind === 'group' && (
        <IconButton
          label={isPanelOpen ? t('chat.hideMembers') : t('chat.showMembers')}
          aria-expanded={isPanelOpen}
          onClick={onPanel}
        >
          <Users size={20} />
        </IconButton>
      )}
    </header>
  );
}

function PeerState({ room }: { readonly room: RoomSummary }) {
  const { t, i18n } = useTranslation();
  const { me } = useChat();
  const whereabouts = useWhereabouts(room.peer === me ? null : room.peer);
  if (whereabouts === undefined) return null;
  if (whereabouts.online) return t('chat.online');
  if (whereabouts.lastSeenAt === null) return t('chat.offline');
  return t('chat.lastSeen', { when: formatAgo(whereabouts.lastSeenAt, i18n.language) });
}
