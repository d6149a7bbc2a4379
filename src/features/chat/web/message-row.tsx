import { type KeyboardEvent, memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../contracts/chat/contract.ts';
import { usePerson } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { formatClock } from '../../../ui/dates.ts';
import { Markdown, plainText } from '../../../ui/markdown.tsx';
import { usePersonName } from './chat-context.tsx';
import { DeliveryState } from './delivery-state.tsx';
import { MessageActions } from './message-actions.tsx';
import { Reactions } from './reactions.tsx';
import type { RoomActions } from './room-actions.ts';

type Props = {
  readonly message: Message;
  readonly startsGroup: boolean;
  readonly isOwn: boolean;
  /** Briefly, after a jump to it. */
  readonly isFocused: boolean;
  /** The one message reached by Tab. */
  readonly isTabStop: boolean;
  readonly actions: RoomActions;
};

/** One message with everything that belongs to it. */
export const MessageRow = memo(function MessageRow({
  message,
  startsGroup,
  isOwn,
  isFocused,
  isTabStop,
  actions,
}: Props) {
  const { t, i18n } = useTranslation();
  const person = usePerson(message.sender);
  const name = person?.displayName ?? '…';
  const [isMenuOpen, setMenuOpen] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || !opensMenu(event)) return;
    event.preventDefault();
    setMenuOpen(true);
  };
  if (message.recalledAt !== null) {
    return (
      <p className="py-1 text-center text-xs text-muted" id={`message-${message.offset}`}>
        {isOwn ? t('chat.recalledOwn') : t('chat.recalled', { name })}
      </p>
    );
  }
  return (
    <article
      tabIndex={isTabStop ? 0 : -1}
      onKeyDown={onKeyDown}
      id={`message-${message.offset}`}
      aria-describedby={`text-${message.offset}`}
      aria-label={`${name}, ${formatClock(message.sentAt, i18n.language)}`}
      className={`group relative flex gap-3 px-4 hover:bg-sunken focus-within:bg-sunken focus-visible:outline-offset-[-2px] ${startsGroup ? 'pt-3' : 'pt-0.5'} pb-0.5 ${isFocused ? 'bg-accent-soft' : ''}`}
    >
      <div className="w-10 shrink-0">
        {startsGroup && <Avatar id={message.sender} name={name} picture={person?.picture ?? null} size={40} />}
      </div>
      <div className="min-w-0 flex-1">
        {startsGroup && (
          <header className="flex items-baseline gap-2">
            <span dir="auto" className="truncate font-semibold">
              {name}
            </span>
            <time dateTime={new Date(message.sentAt).toISOString()} className="text-xs text-muted">
              {formatClock(message.sentAt, i18n.language)}
            </time>
          </header>
        )}
        {message.replyTo !== null && <ReplyPreview reply={message.replyTo} onJump={actions.jumpTo} />}
        <div className="flex items-end gap-2">
          <div id={`text-${message.offset}`} className="min-w-0 flex-1 break-words">
            <Markdown text={message.text} />
            {message.editedAt !== null && <span className="text-xs text-muted"> ({t('chat.edited')})</span>}
          </div>
          {isOwn && <DeliveryState message={message} actions={actions} />}
        </div>
        <Reactions message={message} actions={actions} />
      </div>
      <MessageActions message={message} isOwn={isOwn} actions={actions} isMenuOpen={isMenuOpen} onMenu={setMenuOpen} />
    </article>
  );
});

function opensMenu({ key, shiftKey }: KeyboardEvent): boolean {
  return key === 'Enter' || key === 'ContextMenu' || (key === 'F10' && shiftKey);
}

type ReplyProps = { readonly reply: NonNullable<Message['replyTo']>; readonly onJump: (offset: number) => void };

function ReplyPreview({ reply, onJump }: ReplyProps) {
  const { t } = useTranslation();
  const name = usePersonName(reply.sender);
  return (
    <button
      type="button"
      tabIndex={-1}
      onClick={() => onJump(reply.offset)}
      className="my-1 flex max-w-full gap-2 rounded-md border-l-2 border-accent bg-sunken px-2 py-1 text-left text-sm text-muted hover:text-ink"
    >
      <span dir="auto" className="shrink-0 font-medium">
        {reply.sender === '' ? '…' : name}
      </span>
      <span dir="auto" className="truncate">
        {reply.recalled ? <i>{t('chat.recalledReply')}</i> : plainText(reply.text)}
      </span>
    </button>
  );
}
