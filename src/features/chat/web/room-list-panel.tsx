import { MessageCirclePlus, MessagesSquare, SearchX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { later } from '../../../ui/later.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../../ui/states.tsx';
import { SearchField } from '../../../ui/text-field.tsx';
import { VirtualList } from '../../../ui/virtual-list.tsx';
import { useChat, useObservable } from './chat-context.tsx';
import { RoomRow } from './room-row.tsx';
import { searchRooms } from './room-search.ts';
import { useRoomNames } from './use-room-names.ts';

const NewDirectDialog = later(async () => (await import('./new-direct-dialog.tsx')).NewDirectDialog);
const NewGroupDialog = later(async () => (await import('./new-group-dialog.tsx')).NewGroupDialog);

type Props = { readonly openRoomId: string | undefined; readonly accountMenu: ReactNode };

/** All rooms, searchable by name, and a button for a new one. */
export function RoomListPanel({ openRoomId, accountMenu }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [dialog, setDialog] = useState<'group' | 'direct' | null>(null);
  const close = () => setDialog(null);
  return (
    <nav aria-label={t('chat.rooms')} className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-2 px-3 pt-3 pb-2">
        {accountMenu}
        <div className="min-w-0 flex-1">
          <SearchField label={t('chat.searchRooms')} value={search} onChange={setSearch} />
        </div>
        <Menu
          trigger={
            <IconButton label={t('chat.newChat')}>
              <MessageCirclePlus size={20} />
            </IconButton>
          }
          items={[
            { key: 'direct', label: t('chat.newDirect'), onSelect: () => setDialog('direct') },
            { key: 'group', label: t('chat.newGroup'), onSelect: () => setDialog('group') },
          ]}
        />
      </header>
      <Rooms search={search} openRoomId={openRoomId} onNew={() => setDialog('direct')} />
      {dialog === 'direct' && <NewDirectDialog onClose={close} />}
      {dialog === 'group' && <NewGroupDialog onClose={close} />}
    </nav>
  );
}

const ROW_PX = 60;

type RoomsProps = { readonly search: string; readonly openRoomId: string | undefined; readonly onNew: () => void };

function Rooms({ search, openRoomId, onNew }: RoomsProps) {
  const { t } = useTranslation();
  const { rooms } = useChat();
  const list = useObservable(rooms.state);
  const found = useFoundRooms(list.kind === 'ready' ? list.rooms : [], search);
  if (list.kind === 'loading') return <LoadingRooms />;
  if (list.kind === 'failed') return <ErrorState text={t('chat.roomsFailed')} onRetry={() => void rooms.load()} />;
  if (list.rooms.length === 0) {
    return (
      <EmptyState
        icon={<MessagesSquare size={32} />}
        title={t('chat.noRooms')}
        text={t('chat.noRoomsText')}
        action={
          <Button variant="primary" onClick={onNew}>
            {t('chat.newDirect')}
          </Button>
        }
      />
    );
  }
  if (found.length === 0)
    return <EmptyState icon={<SearchX size={32} />} title={t('chat.noMatch', { text: search })} />;
  return (
    <VirtualList items={found} keyOf={({ id }) => id} rowHeight={ROW_PX} className="px-2 pb-2">
      {(room) => <RoomRow room={room} isOpen={room.id === openRoomId} />}
    </VirtualList>
  );
}

/** Rooms whose name contains the text. */
export function useFoundRooms(rooms: readonly RoomSummary[], search: string): readonly RoomSummary[] {
  const { me } = useApp();
  return searchRooms(rooms, search, useRoomNames(me, rooms));
}

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e', 'f'];

function LoadingRooms() {
  return (
    <div aria-busy="true" className="flex flex-1 flex-col gap-2 px-4 py-2">
      {PLACEHOLDERS.map((key) => (
        <Skeleton key={key} className="h-12 w-full" />
      ))}
    </div>
  );
}
