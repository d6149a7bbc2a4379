import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { pictureAddress } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useAction, useChat } from './chat-context.tsx';

type Props = { readonly room: RoomSummary; readonly onClose: () => void };

/** Name and picture of a group. A picture is changed at once, the name on saving. */
export function GroupDialog({ room, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  const [title, setTitle] = useState(room.title);
  const [busy, setBusy] = useState(false);
  const changePicture = async (action: () => Promise<unknown>) => {
    setBusy(true);
    await act(action);
    setBusy(false);
  };
  const form = useForm({
    fields: ['title'],
    send: async () => {
      await client.call('chat.rename', { room: room.id, title });
      onClose();
    },
  });
  const rename = (next: string) => {
    setTitle(next);
    form.forget();
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.editGroup')}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <PictureField
          id={room.id}
          name={room.title}
          picture={pictureAddress(room.avatar)}
          size={64}
          busy={busy}
          onChoose={(file) => void changePicture(() => client.upload('chat.avatar', { room: room.id }, file))}
          onRemove={() => void changePicture(() => client.call('chat.removeAvatar', { room: room.id }))}
        />
        <TextField
          label={t('chat.groupTitle')}
          value={title}
          onChange={({ target }) => rename(target.value)}
          error={form.error('title')}
          maxLength={80}
          required
          data-autofocus
        />
        <FormProblem text={form.problem} />
        <div className="flex justify-end gap-2">
          <Button type="button" variant="quiet" onClick={onClose}>
            {t('chat.cancel')}
          </Button>
          <Button type="submit" variant="primary" busy={form.busy} disabled={title.trim() === '' || form.isWaiting}>
            {t('chat.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
