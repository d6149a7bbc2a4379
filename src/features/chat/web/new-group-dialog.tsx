import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { newMessageKey } from './browser-outbox.ts';
import { useChat } from './chat-context.tsx';
import { Chosen, PeoplePicker } from './people-picker.tsx';
import { useTitleField } from './use-title-field.ts';

/** Names a group and picks its first members. */
export function NewGroupDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { client, me, rooms, openRoom } = useChat();
  const { title, act, props } = useTitleField('');
  const [members, setMembers] = useState<readonly Person[]>([]);
  const [picture, setPicture] = useState<File>();
  const preview = usePreview(picture);
  const [busy, setBusy] = useState(false);
  // One key a dialog: pressing Create twice makes one group.
  const [key] = useState(newMessageKey);
  const toggle = (person: Person) =>
    setMembers((chosen) =>
      chosen.some(({ id }) => id === person.id) ? chosen.filter(({ id }) => id !== person.id) : [...chosen, person],
    );
  const create = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await act(async () => {
      const room = await client.call('chat.createGroup', { title, key, members: members.map(({ id }) => id) });
      rooms.put(room);
      onClose();
      openRoom(room.id);
      // The group is there, whatever comes of its picture.
      if (picture !== undefined) await client.upload('chat.avatar', { room: room.id }, picture);
    });
    setBusy(false);
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.newGroup')}>
      <form onSubmit={create} className="flex flex-col gap-4">
        <PictureField
          id={key}
          name={title}
          picture={preview}
          size={64}
          busy={busy}
          onChoose={setPicture}
          onRemove={() => setPicture(undefined)}
        />
        <TextField label={t('chat.groupTitle')} {...props} maxLength={80} required autoFocus />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">{t('chat.groupPeople')}</legend>
          <Chosen members={members} onRemove={toggle} />
          <PeoplePicker chosen={members.map(({ id }) => id)} except={[me]} onPick={toggle} />
        </fieldset>
        <div className="flex justify-end gap-2">
          <Button type="button" variant="quiet" onClick={onClose}>
            {t('chat.cancel')}
          </Button>
          <Button type="submit" variant="primary" busy={busy} disabled={title.trim() === ''}>
            {t('chat.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** An address under which a chosen file can be shown, as long as it is chosen. */
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
