import { SendHorizontal, Smile, X } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../contracts/chat/contract.ts';
import { MESSAGE_LIMIT } from '../../../contracts/chat/limits.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { EmojiPicker } from '../../../ui/emoji-picker.tsx';
import { isComposing } from '../../../ui/keyboard.ts';
import { useIsPhone, useIsTouched } from '../../../ui/media.ts';
import { usePersonName } from './chat-context.tsx';

export type Composing =
  | { readonly kind: 'new'; readonly replyTo: Message | null }
  | { readonly kind: 'edit'; readonly message: Message };

type Props = {
  readonly roomTitle: string;
  readonly text: string;
  readonly composing: Composing;
  readonly onText: (text: string) => void;
  readonly onSubmit: () => void;
  /** Stops replying or editing; in an empty box, jumps to the latest. */
  readonly onCancel: () => void;
  /** ↑ in an empty box. */
  readonly onEditLast: () => void;
  readonly input: RefObject<HTMLTextAreaElement | null>;
};

/** From here on the box shows how many characters are left. */
const WARN_BELOW = 500;
const TALLEST_PX = 240;

/** The message box. Enter sends, Shift+Enter breaks the line; never during input method composition. */
export function Composer(props: Props) {
  const { text, composing, onText, onSubmit, input } = props;
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const isTouched = useIsTouched();
  useHeightOfText(input, text);
  useEffect(() => {
    // On phones the keyboard would cover the chat that was just opened.
    if (!isPhone || composing.kind === 'edit' || composing.replyTo !== null) input.current?.focus();
  }, [isPhone, composing, input]);
  const left = MESSAGE_LIMIT - text.length;
  const canSend = text.trim() !== '' && left >= 0;
  return (
    <form
      className="border-t border-line px-4 pt-2 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) onSubmit();
      }}
    >
      <Mode composing={composing} onCancel={props.onCancel} />
      <div className="flex items-end gap-1 rounded-xl border border-line bg-raised p-1 focus-within:border-accent">
        <textarea
          ref={input}
          dir="auto"
          rows={1}
          value={text}
          aria-label={t('chat.composer')}
          aria-invalid={left < 0}
          placeholder={t('chat.composerPlaceholder', { room: props.roomTitle })}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => handleKey(event, props, { canSend, enterSends: !isTouched })}
          enterKeyHint={isTouched ? 'enter' : 'send'}
          className="max-h-60 min-h-9 flex-1 resize-none bg-transparent px-2 py-1.5 outline-none placeholder:text-muted focus-visible:outline-none"
        />
        <EmojiButton onPick={(emoji) => insertAtCursor(input.current, emoji, onText)} input={input} />
        {composing.kind === 'edit' ? (
          <Button type="submit" variant="primary" disabled={!canSend} onMouseDown={keepFocus}>
            {t('chat.save')}
          </Button>
        ) : (
          <IconButton type="submit" label={t('chat.send')} disabled={!canSend} onMouseDown={keepFocus}>
            <SendHorizontal size={20} className={canSend ? 'text-accent' : 'text-faint'} />
          </IconButton>
        )}
      </div>
      {left < WARN_BELOW && (
        <p role="status" className={`pt-1 text-right text-xs ${left < 0 ? 'text-danger' : 'text-muted'}`}>
          {left < 0 ? t('chat.tooLong', { count: -left }) : t('chat.charactersLeft', { count: left })}
        </p>
      )}
    </form>
  );
}

type Sending = { readonly canSend: boolean; readonly enterSends: boolean };

function handleKey(event: KeyboardEvent<HTMLTextAreaElement>, props: Props, { canSend, enterSends }: Sending): void {
  if (isComposing(event)) return;
  if (event.key === 'Enter' && enterSends && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    if (canSend) props.onSubmit();
  } else if (event.key === 'Escape') {
    event.preventDefault();
    props.onCancel();
  } else if (event.key === 'ArrowUp' && props.text === '' && props.composing.kind === 'new' && !event.altKey) {
    event.preventDefault();
    props.onEditLast();
  }
}

type ModeProps = { readonly composing: Composing; readonly onCancel: () => void };

/** The line above the box: what is replied to, or that a message is being edited. */
function Mode({ composing, onCancel }: ModeProps) {
  const { t } = useTranslation();
  const message = composing.kind === 'edit' ? composing.message : composing.replyTo;
  const name = usePersonName(message?.sender ?? '');
  if (message === null) return null;
  const isEdit = composing.kind === 'edit';
  return (
    <div className="mb-2 flex items-center gap-2 rounded-md border-l-2 border-accent bg-sunken px-3 py-1 text-sm">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{isEdit ? t('chat.editing') : t('chat.replyingTo', { name })}</p>
        <p className="truncate text-muted">{message.text}</p>
      </div>
      <IconButton label={isEdit ? t('chat.cancelEdit') : t('chat.cancelReply')} onClick={onCancel}>
        <X size={16} />
      </IconButton>
    </div>
  );
}

/** The box keeps the focus: on phones the keyboard would close after every message. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

type EmojiProps = {
  readonly onPick: (emoji: string) => void;
  /** Gets the focus back once something was picked. */
  readonly input: RefObject<HTMLTextAreaElement | null>;
};

function EmojiButton({ onPick, input }: EmojiProps) {
  const { t } = useTranslation();
  const hasPicked = useRef(false);
  const pick = (emoji: string) => {
    hasPicked.current = true;
    onPick(emoji);
  };
  const giveBackFocus = (event: Event) => {
    if (!hasPicked.current) return;
    hasPicked.current = false;
    event.preventDefault();
    input.current?.focus();
  };
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton label={t('chat.emoji')}>
          <Smile size={20} />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="end"
          collisionPadding={8}
          aria-label={t('chat.emoji')}
          onCloseAutoFocus={giveBackFocus}
          className="z-20 w-80 max-w-[calc(100vw-1rem)] rounded-xl border border-line bg-raised p-2 shadow-lg"
        >
          <EmojiPicker onPick={pick} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function insertAtCursor(input: HTMLTextAreaElement | null, text: string, onText: (text: string) => void): void {
  if (input === null) return;
  const { selectionStart, selectionEnd, value } = input;
  onText(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
  const cursor = selectionStart + text.length;
  requestAnimationFrame(() => input.setSelectionRange(cursor, cursor));
}

/** The box grows with its text. */
function useHeightOfText(input: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text may need another height
  useLayoutEffect(() => fitHeight(input.current), [input, text]);
}

function fitHeight(element: HTMLTextAreaElement | null): void {
  if (element === null) return;
  element.style.height = 'auto';
  element.style.height = `${Math.min(element.scrollHeight, TALLEST_PX)}px`;
}
