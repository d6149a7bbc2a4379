import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../../ui/app-context.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { newMessageKey } from './browser-outbox.ts';
import { useAction, useChat } from './chat-context.tsx';
import { checkCreateGroup } from './checks.ts';
import { PeopleField } from './people-picker.tsx';

const NOBODY: readonly Person[] = [];

/** Names a group and picks its first members. */
export function NewGroupDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { client, me, rooms, openRoom } = useChat();
  const act = useAction();
  const [picture, setPicture] = useState<File>();
  const preview = usePreview(picture);
  // One key per dialog: pressing Create twice creates one group.
  const [key] = useState(newMessageKey);
  const form = useForm({
    initial: { title: '', members: NOBODY },
    input: ({ title, members }) => ({ title, key, members: members.map(({ id }) => id) }),
    check: checkCreateGroup,
    send: async (input) => {
      const room = await client.call('chat.createGroup', input);
      rooms.put(room);
      onClose();
      openRoom(room.id);
      // The group exists, even if its picture failed.
      if (picture !== undefined) await act(() => client.upload('chat.avatar', { room: room.id }, picture));
    },
  });
  return (
    <FormDialog title={t('chat.newGroup')} submitLabel={t('chat.create')} form={form} onClose={onClose}>
      <PictureField
        id={key}
        name={form.values.title}
        picture={preview}
        size={64}
        busy={form.busy}
        onChoose={setPicture}
        onRemove={() => setPicture(undefined)}
      />
      <TextField label={t('chat.groupTitle')} {...form.field('title')} maxLength={80} required data-autofocus />
      <PeopleField
        label={t('chat.groupPeople')}
        value={form.values.members}
        except={[me]}
        error={form.error('members')}
        onChange={(members) => form.set('members', members)}
      />
    </FormDialog>
  );
}

/** An object URL for a chosen file, while it is chosen. */
function usePreview(file: File | undefined): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (file === undefined) return setAddress(null);
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address;
}
