import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { pictureAddress } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useChat } from './chat-context.tsx';
import { useTitleField } from './use-title-field.ts';

type Props = { readonly room: RoomSummary; readonly onClose: () => void };

/** Name and picture of a group. A picture is changed at once, the name when it is saved. */
export function GroupDialog({ room, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const { title, act, props } = useTitleField(room.title);
  const [busy, setBusy] = useState(false);
  const changePicture = async (action: () => Promise<unknown>) => {
    setBusy(true);
    await act(action);
    setBusy(false);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(() => client.call('chat.rename', { room: room.id, title }))) onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.editGroup')}>
      <form onSubmit={save} className="flex flex-col gap-4">
        <PictureField
          id={room.id}
          name={room.title}
          picture={pictureAddress(room.avatar)}
          size={64}
          busy={busy}
          onChoose={(file) => void changePicture(() => client.upload('chat.avatar', { room: room.id }, file))}
          onRemove={() => void changePicture(() => client.call('chat.removeAvatar', { room: room.id }))}
        />
        <TextField label={t('chat.groupTitle')} {...props} maxLength={80} required autoFocus />
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
