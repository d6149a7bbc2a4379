import { MessagesSquare } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { plainName } from '../../../ui/direction.ts';
import { COMMAND_KEY } from '../../../ui/keyboard.ts';
import { later } from '../../../ui/later.tsx';
import { useIsPhone } from '../../../ui/media.ts';
import { EmptyState, Skeleton } from '../../../ui/states.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { ChatProvider, useChat, useObservable } from './chat-context.tsx';
import { RoomListPanel } from './room-list-panel.tsx';
import { RoomView } from './room-view.tsx';
import { useUnreadTitle } from './use-unread-title.ts';

const HelpSheet = later(async () => (await import('./help-sheet.tsx')).HelpSheet);
const Switcher = later(async () => (await import('./switcher.tsx')).Switcher);

type Props = {
  readonly room?: string;
  /** Offset of the message to start at. */
  readonly focus?: number;
  readonly onOpenRoom: (room: string | undefined) => void;
  readonly accountMenu: (showShortcuts: () => void) => ReactNode;
};

/** The messenger: rooms on the left, the open one beside them; on phones one or the other. */
export function ChatScreen({ room, focus, onOpenRoom, accountMenu }: Props) {
  return (
    <ChatProvider openRoom={onOpenRoom}>
      <Panes room={room} focus={focus} accountMenu={accountMenu} />
    </ChatProvider>
  );
}

type PanesProps = {
  readonly room: string | undefined;
  readonly focus: number | undefined;
  readonly accountMenu: Props['accountMenu'];
};

function Panes({ room, focus, accountMenu }: PanesProps) {
  const isPhone = useIsPhone();
  const sheet = useShortcuts(room);
  useUnreadTitle();
  return (
    <div className="flex h-full min-h-0">
      {(!isPhone || room === undefined) && (
        <div className="h-full w-80 shrink-0 border-r border-line bg-surface max-md:w-full max-md:border-r-0">
          <RoomListPanel openRoomId={room} accountMenu={accountMenu(sheet.help)} />
        </div>
      )}
      {(!isPhone || room !== undefined) && (
        <main id="main" className="relative min-w-0 flex-1 bg-surface">
          {room === undefined ? <NothingOpen /> : <OpenRoom key={room} id={room} focus={focus} />}
        </main>
      )}
      {sheet.open === 'switcher' && <Switcher onClose={sheet.close} />}
      {sheet.open === 'help' && <HelpSheet onClose={sheet.close} />}
    </div>
  );
}

function OpenRoom({ id, focus }: { readonly id: string; readonly focus: number | undefined }) {
  const { rooms, openRoom } = useChat();
  const list = useObservable(rooms.state);
  const summary = rooms.get(id);
  const tellWhy = useReasonToClose(id, summary);
  const isGone = list.kind === 'ready' && summary === undefined;
  // It may be beyond the loaded pages of the list, or one the person was just added to.
  useEffect(() => {
    if (!isGone) return;
    let isShown = true;
    void rooms.loadRoom(id).then(() => {
      if (!isShown || rooms.get(id) !== undefined) return;
      tellWhy();
      openRoom(undefined);
    });
    return () => {
      isShown = false;
    };
  }, [isGone, rooms, id, openRoom, tellWhy]);
  if (summary === undefined) return <Skeleton className="m-4 h-16" />;
  return <RoomView room={summary} focus={focus} />;
}

/** Says why a room closes that the person has not left themselves. */
function useReasonToClose(id: string, summary: RoomSummary | undefined): () => void {
  const { t } = useTranslation();
  const { me, leaving } = useChat();
  const { people } = useApp();
  const last = useRef(summary);
  useEffect(() => {
    if (summary !== undefined) last.current = summary;
  }, [summary]);
  // The person is in the room again.
  useEffect(() => void leaving.delete(id), [leaving, id]);
  return useCallback(() => {
    if (leaving.has(id)) return;
    const { current: room } = last;
    if (room === undefined) return showToast(t('chat.notThere'), 'error');
    const title = room.kind === 'group' ? plainName(room.title) : (people.person(room.peer ?? me)?.displayName ?? '…');
    showToast(t('chat.noLongerIn', { title }), 'error');
  }, [id, leaving, people, me, t]);
}

function NothingOpen() {
  const { t } = useTranslation();
  return (
    <div className="flex h-full items-center justify-center">
      <EmptyState
        icon={<MessagesSquare size={40} />}
        title={t('chat.pickRoom')}
        text={t('chat.pickRoomText', { keys: `${COMMAND_KEY}+K` })}
      />
    </div>
  );
}

type Sheet = 'switcher' | 'help' | null;

/** Ctrl+K, Alt+↑/↓ and `?`. By physical keys, so that other keyboard layouts work too. */
function useShortcuts(room: string | undefined): { readonly open: Sheet; help(): void; close(): void } {
  const { rooms, openRoom } = useChat();
  const [open, setOpen] = useState<Sheet>(null);
  useEffect(() => {
    const step = (by: 1 | -1) => {
      const list = rooms.state.get();
      if (list.kind !== 'ready') return;
      const at = list.rooms.findIndex(({ id }) => id === room);
      const next = list.rooms[at < 0 ? 0 : at + by];
      if (next !== undefined) openRoom(next.id);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') setOpen('switcher');
      else if (event.altKey && event.code === 'ArrowDown') step(1);
      else if (event.altKey && event.code === 'ArrowUp') step(-1);
      else if (event.key === '?' && !isTyping(event.target)) setOpen('help');
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [rooms, openRoom, room]);
  return { open, help: () => setOpen('help'), close: () => setOpen(null) };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}
