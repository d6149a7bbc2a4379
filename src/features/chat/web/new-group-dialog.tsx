import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { newMessageKey } from './browser-outbox.ts';
import { useAction, useChat } from './chat-context.tsx';
import { Chosen, PeoplePicker } from './people-picker.tsx';

/** Names a group and picks its first members. */
export function NewGroupDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { client, me, rooms, openRoom } = useChat();
  const act = useAction();
  const [title, setTitle] = useState('');
  const [members, setMembers] = useState<readonly Person[]>([]);
  const [picture, setPicture] = useState<File>();
  const preview = usePreview(picture);
  // One key per dialog: pressing Create twice creates one group.
  const [key] = useState(newMessageKey);
  const toggle = (person: Person) =>
    setMembers((chosen) =>
      chosen.some(({ id }) => id === person.id) ? chosen.filter(({ id }) => id !== person.id) : [...chosen, person],
    );
  const form = useForm({
    fields: ['title'],
    send: async () => {
      const room = await client.call('chat.createGroup', { title, key, members: members.map(({ id }) => id) });
      rooms.put(room);
      onClose();
      openRoom(room.id);
      // The group exists, even if its picture failed.
      if (picture !== undefined) await act(() => client.upload('chat.avatar', { room: room.id }, picture));
    },
  });
  const name = (next: string) => {
    setTitle(next);
    form.forget();
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.newGroup')}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <PictureField
          id={key}
          name={title}
          picture={preview}
          size={64}
          busy={form.busy}
          onChoose={setPicture}
          onRemove={() => setPicture(undefined)}
        />
        <TextField
          label={t('chat.groupTitle')}
          value={title}
          onChange={({ target }) => name(target.value)}
          error={form.error('title')}
          maxLength={80}
          required
          data-autofocus
        />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">{t('chat.groupPeople')}</legend>
          <Chosen members={members} onRemove={toggle} />
          <PeoplePicker chosen={members.map(({ id }) => id)} except={[me]} onPick={toggle} />
        </fieldset>
        <FormProblem text={form.problem} />
        <div className="flex justify-end gap-2">
          <Button type="button" variant="quiet" onClick={onClose}>
            {t('chat.cancel')}
          </Button>
          <Button type="submit" variant="primary" busy={form.busy} disabled={title.trim() === '' || form.isWaiting}>
            {t('chat.create')}
          </Button>
        </div>
      </form>
    </Dialog>
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
