import { useTranslation } from 'react-i18next';
import type { Member, RoomSummary } from '../../../contracts/chat/contract.ts';
import type { Person } from '../../../ui/app-context.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useChat } from './chat-context.tsx';
import { checkAddMembers } from './checks.ts';
import { PeopleField } from './people-picker.tsx';

type Props = { readonly room: RoomSummary; readonly members: readonly Member[]; readonly onClose: () => void };

const NOBODY: readonly Person[] = [];

export function AddMembersDialog({ room, members, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const form = useForm({
    initial: { users: NOBODY },
    input: ({ users }) => ({ room: room.id, users: users.map(({ id }) => id) }),
    check: checkAddMembers,
    send: async (input) => {
      await client.call('chat.addMembers', input);
      onClose();
    },
  });
  const { users } = form.values;
  return (
    <FormDialog
      title={t('chat.addMembers')}
      submitLabel={t('chat.add')}
      disabled={users.length === 0}
      form={form}
      onClose={onClose}
    >
      <PeopleField
        value={users}
        except={members.map(({ user }) => user)}
        error={form.error('users')}
        onChange={(next) => form.set('users', next)}
      />
    </FormDialog>
  );
}
