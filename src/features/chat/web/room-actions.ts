import type { Message } from '../../../contracts/chat/contract.ts';

/** Actions in an open room; one object as long as it is open, so that rows do not render again. */
export type RoomActions = {
  readonly room: string;
  readonly showsReaders: boolean;
  jumpTo(offset: number): void;
  reply(message: Message): void;
  edit(message: Message): void;
  recall(message: Message): void;
  /** Own messages within the window; owner and admins of a group: all, at any time. */
  mayRecall(message: Message): boolean;
  react(message: Message, emoji: string): void;
  showReaders(message: Message): void;
  /** Focuses the message box. */
  write(): void;
};
