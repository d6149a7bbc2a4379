import { useState } from 'react';
import type { Message, RoomSummary } from '../contract.ts';
import { useChat } from './chat-context.tsx';
import type { Composing } from './composer.tsx';

export type DraftState = {
  readonly text: string;
  readonly composing: Composing;
  setText(text: string): void;
  reply(message: Message): void;
  edit(message: Message): void;
  /** Stops replying or editing; what was begun before an edit comes back. */
  stop(): void;
  /** After sending. */
  clear(): void;
};

/** What is being written in this room; kept on this device until it is sent. */
export function useDraft(room: RoomSummary): DraftState {
  const { drafts } = useChat();
  const [text, setText] = useState(() => drafts.get(room.id).text);
  const [composing, setComposing] = useState<Composing>({ kind: 'new', replyTo: null });
  const write = (next: string) => {
    setText(next);
    if (composing.kind === 'new') drafts.set(room.id, { text: next, replyTo: null });
  };
  const start = (next: Composing, nextText: string) => {
    setComposing(next);
    setText(nextText);
  };
  return {
    text,
    composing,
    setText: write,
    reply: (message) =>
      start({ kind: 'new', replyTo: message }, composing.kind === 'edit' ? drafts.get(room.id).text : text),
    edit: (message) => start({ kind: 'edit', message }, message.text),
    stop: () => start({ kind: 'new', replyTo: null }, drafts.get(room.id).text),
    clear: () => {
      if (composing.kind === 'new') drafts.set(room.id, { text: '', replyTo: null });
      start({ kind: 'new', replyTo: null }, drafts.get(room.id).text);
    },
  };
}
