import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { pictureAddress } from '../../../ui/avatar.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useAction, useChat } from './chat-context.tsx';
import { checkRename } from './checks.ts';

type Props = { readonly room: RoomSummary; readonly onClose: () => void };

/** Name and picture of a group. A picture is changed at once, the name on saving. */
export function GroupDialog({ room, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  const [isUploading, setUploading] = useState(false);
  const changePicture = async (action: () => Promise<unknown>) => {
    setUploading(true);
    await act(action);
    setUploading(false);
  };
  const form = useForm({
    initial: { title: room.title },
    input: ({ title }) => ({ room: room.id, title }),
    check: checkRename,
    send: async (input) => {
      await client.call('chat.rename', input);
      onClose();
    },
  });
  return (
    <FormDialog title={t('chat.editGroup')} submitLabel={t('chat.save')} form={form} onClose={onClose}>
      <PictureField
        id={room.id}
        name={room.title}
        picture={pictureAddress(room.avatar)}
        size={64}
        busy={isUploading}
        onChoose={(file) => void changePicture(() => client.upload('chat.avatar', { room: room.id }, file))}
        onRemove={() => void changePicture(() => client.call('chat.removeAvatar', { room: room.id }))}
      />
      <TextField label={t('chat.groupTitle')} {...form.field('title')} maxLength={80} required data-autofocus />
    </FormDialog>
  );
}
