import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { isComposing } from '../../../ui/keyboard.ts';
import { useChat, useObservable, useRoomTitle } from './chat-context.tsx';
import { useFoundRooms } from './room-list-panel.tsx';
import { RoomAvatar } from './room-row.tsx';

const SHOWN = 8;

/** Ctrl+K: type a few letters, Enter. */
export function Switcher({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { rooms, openRoom } = useChat();
  const list = useObservable(rooms.state);
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const found = useFoundRooms(list.kind === 'ready' ? list.rooms : [], text).slice(0, SHOWN);
  const choose = (room: RoomSummary | undefined) => {
    if (room === undefined) return;
    onClose();
    openRoom(room.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'Enter') choose(found[marked]);
    else if (event.key === 'ArrowDown') setMarked(Math.min(marked + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setMarked(Math.max(marked - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.switcher')}>
      <input
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls="switcher-rooms"
        aria-activedescendant={found[marked] === undefined ? undefined : `switcher-${found[marked].id}`}
        aria-label={t('chat.searchRooms')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setMarked(0);
        }}
        onKeyDown={onKeyDown}
        className="w-full rounded-lg border border-line bg-raised px-3 py-2 outline-none focus:border-accent"
      />
      <div id="switcher-rooms" role="listbox" aria-label={t('chat.rooms')} className="mt-2 flex min-h-40 flex-col">
        {found.map((room, index) => (
          <Option key={room.id} room={room} isMarked={index === marked} onChoose={() => choose(room)} />
        ))}
        {found.length === 0 && <p className="p-4 text-center text-sm text-muted">{t('chat.noMatch', { text })}</p>}
      </div>
    </Dialog>
  );
}

type OptionProps = { readonly room: RoomSummary; readonly isMarked: boolean; readonly onChoose: () => void };

function Option({ room, isMarked, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys, as in any combobox
    <div
      id={`switcher-${room.id}`}
      role="option"
      tabIndex={-1}
      aria-selected={isMarked}
      onClick={onChoose}
      className={`flex cursor-pointer items-center gap-3 rounded-lg px-2 py-1.5 ${isMarked ? 'bg-accent-soft' : ''}`}
    >
      <RoomAvatar room={room} size={32} />
      <span className="truncate">{useRoomTitle(room)}</span>
    </div>
  );
}
