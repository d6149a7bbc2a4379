import { Copy, Eye, MoreHorizontal, Pencil, Reply, SmilePlus, Undo2 } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../contracts/chat/contract.ts';
import { IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { EmojiPicker, QUICK_EMOJI } from '../../../ui/emoji-picker.tsx';
import { Menu, type MenuItem } from '../../../ui/menu.tsx';
import type { RoomActions } from './room-actions.ts';

type Props = {
  readonly message: Message;
  readonly isOwn: boolean;
  readonly actions: RoomActions;
  readonly isMenuOpen: boolean;
  readonly onMenu: (isOpen: boolean) => void;
};

/** A message's actions: shown on hover and focus; on touch screens a tap focuses the message. */
export function MessageActions({ message, isOwn, actions, isMenuOpen, onMenu }: Props) {
  const { t } = useTranslation();
  const buttons = useRef<HTMLDivElement>(null);
  // The buttons are hidden unless the message has the focus, and hidden elements cannot get it back.
  const focusMessage = () => {
    if (document.activeElement === document.body) buttons.current?.closest('article')?.focus();
  };
  const opener = useRef<Element | null>(null);
  // Before the menu takes the focus, which it does in an effect of its own.
  useLayoutEffect(() => {
    if (isMenuOpen) opener.current = document.activeElement;
  }, [isMenuOpen]);
  const closed = (event: Event) => {
    const article = buttons.current?.closest('article');
    // Opened from the message itself: the arrow keys continue there.
    if (article !== null && article !== undefined && opener.current === article) {
      event.preventDefault();
      article.focus();
    } else focusMessage();
    opener.current = null;
  };
  return (
    <div
      ref={buttons}
      className="invisible absolute -top-3 right-10 z-10 flex rounded-lg border border-line bg-raised shadow-sm group-focus-within:visible group-hover:visible has-[[data-state=open]]:visible"
    >
      <ReactButton onPick={(emoji) => actions.react(message, emoji)} onClosed={focusMessage} />
      <IconButton tabIndex={-1} label={t('chat.reply')} onClick={() => actions.reply(message)}>
        <Reply size={16} />
      </IconButton>
      <Menu
        align="end"
        open={isMenuOpen}
        onOpenChange={onMenu}
        onClosed={closed}
        trigger={
          <IconButton tabIndex={-1} label={t('chat.messageMenu')}>
            <MoreHorizontal size={16} />
          </IconButton>
        }
        items={useItems({ message, isOwn, actions }, isMenuOpen)}
      />
    </div>
  );
}

/** Evaluated when the menu opens: what may be recalled changes with time. */
function useItems(
  { message, isOwn, actions }: Pick<Props, 'message' | 'isOwn' | 'actions'>,
  isOpen: boolean,
): readonly MenuItem[] {
  const { t } = useTranslation();
  if (!isOpen) return [];
  const items: MenuItem[] = [
    { key: 'reply', label: t('chat.reply'), icon: <Reply size={16} />, onSelect: () => actions.reply(message) },
    { key: 'copy', label: t('chat.copy'), icon: <Copy size={16} />, onSelect: () => void copyAndTell(message.text, t) },
  ];
  if (actions.showsReaders) {
    items.push({
      key: 'readers',
      label: t('chat.readBy'),
      icon: <Eye size={16} />,
      onSelect: () => actions.showReaders(message),
    });
  }
  if (isOwn) {
    items.push({
      key: 'edit',
      label: t('chat.edit'),
      icon: <Pencil size={16} />,
      onSelect: () => actions.edit(message),
    });
  }
  if (actions.mayRecall(message)) {
    const onSelect = () => actions.recall(message);
    items.push({ key: 'recall', label: t('chat.recall'), icon: <Undo2 size={16} />, danger: true, onSelect });
  }
  return items;
}

type ReactProps = { readonly onPick: (emoji: string) => void; readonly onClosed: () => void };

function ReactButton({ onPick, onClosed }: ReactProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const pick = (emoji: string) => {
    setOpen(false);
    onPick(emoji);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <IconButton tabIndex={-1} label={t('chat.react')}>
          <SmilePlus size={16} />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t('chat.react')}
          onCloseAutoFocus={onClosed}
          className="z-20 w-80 max-w-[calc(100vw-1rem)] rounded-xl border border-line bg-raised p-2 shadow-lg"
        >
          <div className="mb-2 flex justify-between border-b border-line pb-2">
            {QUICK_EMOJI.map((emoji) => (
              <button
                key={emoji}
                type="button"
                aria-label={emoji}
                onClick={() => pick(emoji)}
                className="size-10 rounded-lg font-emoji text-xl hover:bg-sunken"
              >
                {emoji}
              </button>
            ))}
          </div>
          <EmojiPicker onPick={pick} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
