import { useTranslation } from 'react-i18next';
import { usePerson } from '../../../ui/app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { useAction, useChat } from './chat-context.tsx';

type Props = { readonly room: string; readonly owner: string };

/** If the group's owner is disabled: lets another member take over. The server decides who may (CH9). */
export function OrphanNotice({ room, owner }: Props) {
  const { t } = useTranslation();
  const { client, me } = useChat();
  const act = useAction();
  const person = usePerson(owner);
  if (person?.disabled !== true || owner === me) return null;
  const takeOver = () => act(() => client.call('chat.setMemberRole', { room, user: me, role: 'owner' }));
  return (
    <div className="flex flex-col items-start gap-2 border-b border-line p-4 text-sm">
      <p>{t('chat.ownerDisabled', { name: person.displayName })}</p>
      <Button onClick={() => void takeOver()}>{t('chat.takeOver')}</Button>
    </div>
  );
}
