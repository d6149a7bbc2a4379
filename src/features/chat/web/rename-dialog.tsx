import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import type { RoomSummary } from '../contract.ts';
import { useAction, useChat } from './chat-context.tsx';

type Props = { readonly room: RoomSummary; readonly onClose: () => void };

export function RenameDialog({ room, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  const [title, setTitle] = useState(room.title);
  const rename = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(() => client.call('chat.rename', { room: room.id, title }))) onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.rename')}>
      <form onSubmit={rename} className="flex flex-col gap-4">
        <TextField
          label={t('chat.groupTitle')}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          maxLength={80}
          required
          autoFocus
        />
        <div className="flex justify-end gap-2">
          <Button type="button" variant="quiet" onClick={onClose}>
            {t('chat.cancel')}
          </Button>
          <Button type="submit" variant="primary" disabled={title.trim() === ''}>
            {t('chat.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
