import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../ui/dialog.tsx';
import { useAction, useChat } from './chat-context.tsx';
import { PeoplePicker } from './people-picker.tsx';

/** Picks a person to chat with. */
export function NewDirectDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { client, me, rooms, openRoom } = useChat();
  const act = useAction();
  const open = (user: string) =>
    act(async () => {
      const room = await client.call('chat.openDirect', { user });
      rooms.put(room);
      onClose();
      openRoom(room.id);
    });
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.newDirect')}>
      <PeoplePicker chosen={[]} except={[me]} onPick={({ id }) => void open(id)} />
    </Dialog>
  );
}
