import { useTranslation } from 'react-i18next';
import type { Message } from '../../../contracts/chat/contract.ts';
import { useApp, usePeople } from '../../../ui/app-context.tsx';
import { formatNames } from '../../../ui/names.ts';
import type { RoomActions } from './room-actions.ts';

type Props = { readonly message: Message; readonly actions: RoomActions };

/** The emoji below a message; pressing one adds or removes one's own. */
export function Reactions({ message, actions }: Props) {
  if (message.reactions.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-wrap gap-1">
      {message.reactions.map((reaction) => (
        <li key={reaction.emoji}>
          <Reaction reaction={reaction} onToggle={() => actions.react(message, reaction.emoji)} />
        </li>
      ))}
    </ul>
  );
}

type ReactionProps = { readonly reaction: Message['reactions'][number]; readonly onToggle: () => void };
const NAMES_SHOWN = 10;

function Reaction({ reaction: { emoji, users }, onToggle }: ReactionProps) {
  const { t, i18n } = useTranslation();
  const { me } = useApp();
  const named = users.slice(0, NAMES_SHOWN);
  const personOf = usePeople(named);
  const names = named.map((user) => (user === me ? t('chat.you') : (personOf(user)?.displayName ?? '…')));
  const label = t('chat.reactionBy', { emoji, count: users.length, names: formatNames(names, i18n.language) });
  const isMine = users.includes(me);
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-pressed={isMine}
      aria-label={label}
      title={label}
      onClick={onToggle}
      className={`flex items-center gap-1 rounded-full border px-2 py-0.5 text-sm ${isMine ? 'border-accent bg-accent-soft' : 'border-line bg-raised hover:border-accent'}`}
    >
      <span aria-hidden className="font-emoji">
        {emoji}
      </span>
      <span className="text-xs tabular-nums">{users.length}</span>
    </button>
  );
}
