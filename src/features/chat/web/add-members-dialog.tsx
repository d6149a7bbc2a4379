import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member, RoomSummary } from '../../../contracts/chat/contract.ts';
import type { Person } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { useAction, useChat } from './chat-context.tsx';
import { Chosen, PeoplePicker } from './people-picker.tsx';

type Props = { readonly room: RoomSummary; readonly members: readonly Member[]; readonly onClose: () => void };

export function AddMembersDialog({ room, members, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const toggle = (person: Person) =>
    setChosen((known) =>
      known.some(({ id }) => id === person.id) ? known.filter(({ id }) => id !== person.id) : [...known, person],
    );
  const add = async () => {
    const users = chosen.map(({ id }) => id);
    if (await act(() => client.call('chat.addMembers', { room: room.id, users }))) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('chat.addMembers')}
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            {t('chat.cancel')}
          </Button>
          <Button variant="primary" disabled={chosen.length === 0} onClick={() => void add()}>
            {t('chat.add')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2">
        <Chosen members={chosen} onRemove={toggle} />
        <PeoplePicker chosen={chosen.map(({ id }) => id)} except={members.map(({ user }) => user)} onPick={toggle} />
      </div>
    </Dialog>
  );
}
