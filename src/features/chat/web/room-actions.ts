import type { Message } from '../../../contracts/chat/contract.ts';

/** What can be done in an open room; one object as long as it is open, so that rows are not drawn anew. */
export type RoomActions = {
  readonly room: string;
  readonly showsReaders: boolean;
  jumpTo(offset: number): void;
  reply(message: Message): void;
  edit(message: Message): void;
  recall(message: Message): void;
  /** Own messages for a while; owner and admins of a group: all, at any time. */
  mayRecall(message: Message): boolean;
  react(message: Message, emoji: string): void;
  showReaders(message: Message): void;
  /** Gives the focus to where messages are written. */
  write(): void;
};
