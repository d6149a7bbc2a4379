import { useEffect, useMemo } from 'react';
import type { Message, RoomSummary } from '../../../contracts/chat/contract.ts';
import { useChat, useObservable } from './chat-context.tsx';
import { type BoxView, DraftBox } from './draft-box.ts';

export type DraftState = BoxView & {
  setText(text: string): void;
  reply(message: Message): void;
  edit(message: Message): void;
  /** Stops replying or editing; a draft from before an edit is restored. */
  stop(): void;
  /** See `DraftBox.send`. */
  send(): Promise<boolean>;
};

/** The draft of this room; stored on this device until it is sent. */
export function useDraft({ id }: RoomSummary): DraftState {
  const { drafts, outbox, timeline } = useChat();
  const box = useMemo(
    () => new DraftBox(id, { drafts, find: (offset) => timeline(id).find(offset) }),
    [id, drafts, timeline],
  );
  useEffect(() => void box.restoreReply(), [box]);
  return {
    ...useObservable(box.view),
    setText: (text) => box.setText(text),
    reply: (message) => box.reply(message),
    edit: (message) => box.edit(message),
    stop: () => box.stop(),
    send: () => box.send(outbox()),
  };
}
