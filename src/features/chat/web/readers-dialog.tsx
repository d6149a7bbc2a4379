import { useTranslation } from 'react-i18next';
import type { Message, RoomSummary } from '../../../contracts/chat/contract.ts';
import { usePerson } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { plainText } from '../../../ui/markdown.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { hasRead } from '../readers-state.ts';
import { useReaders } from './readers-context.tsx';
import { useMembers } from './use-members.ts';

type Props = { readonly room: RoomSummary; readonly message: Message; readonly onClose: () => void };

/** Who has read a message, and who has not. */
export function ReadersDialog({ room, message, onClose }: Props) {
  const { t } = useTranslation();
  const readers = useReaders();
  const [members, retry] = useMembers(room.id);
  const others = members.kind === 'ready' ? members.members.filter(({ user }) => user !== message.sender) : [];
  const isReader = (user: string) => {
    const reader = readers.get(user);
    return reader !== undefined && hasRead(reader, message.offset);
  };
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.readBy')} description={plainText(message.text).slice(0, 200)}>
      {members.kind === 'loading' && <Skeleton className="h-24" />}
      {members.kind === 'failed' && <ErrorState text={t('chat.membersFailed')} onRetry={retry} />}
      {members.kind === 'ready' && (
        <div className="grid grid-cols-2 gap-4">
          <People
            title={t('chat.readers')}
            none={t('chat.nobodyYet')}
            users={others.filter(({ user }) => isReader(user)).map(({ user }) => user)}
          />
          <People
            title={t('chat.notRead')}
            none={t('chat.allRead')}
            users={others.filter(({ user }) => !isReader(user)).map(({ user }) => user)}
          />
        </div>
      )}
    </Dialog>
  );
}

type PeopleProps = { readonly title: string; readonly none: string; readonly users: readonly string[] };

function People({ title, none, users }: PeopleProps) {
  return (
    <section aria-label={title}>
      <h3 className="mb-2 text-sm font-medium text-muted">
        {title} · {users.length}
      </h3>
      <ul className="flex max-h-64 flex-col gap-2 overflow-y-auto">
        {users.length === 0 && <li className="text-sm text-muted">{none}</li>}
        {users.map((user) => (
          <PersonLine key={user} user={user} />
        ))}
      </ul>
    </section>
  );
}

function PersonLine({ user }: { readonly user: string }) {
  const person = usePerson(user);
  const name = person?.displayName ?? '…';
  return (
    <li className="flex items-center gap-2">
      <Avatar id={user} name={name} picture={person?.picture ?? null} size={24} />
      <span className="truncate">{name}</span>
    </li>
  );
}
