import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { AccountMenu } from '../features/accounts/web/account-menu.tsx';
import { ChatScreen } from '../features/chat/web/chat-screen.tsx';
import { RoomInviteScreen } from '../features/chat/web/room-invite-screen.tsx';

type Props = { readonly room?: string; readonly focus?: number };

export function ChatPage({ room, focus }: Props) {
  const navigate = useNavigate();
  const openRoom = useCallback(
    (next: string | undefined) =>
      void (next === undefined ? navigate({ to: '/' }) : navigate({ to: '/r/$room', params: { room: next } })),
    [navigate],
  );
  return (
    <ChatScreen
      {...(room !== undefined && { room })}
      {...(focus !== undefined && { focus })}
      onOpenRoom={openRoom}
      accountMenu={(showShortcuts) => <AccountMenu onShortcuts={showShortcuts} />}
    />
  );
}

export function InvitePage({ code }: { readonly code: string }) {
  const navigate = useNavigate();
  return <RoomInviteScreen code={code} onJoined={(room) => void navigate({ to: '/r/$room', params: { room } })} />;
}
