import type { Message } from '../contract.ts';

/** What can be done in an open room; one object as long as it is open, so that rows are not drawn anew. */
export type RoomActions = {
  readonly room: string;
  /** Others' messages may be recalled too: owner and admins of a group. */
  readonly mayRecallOthers: boolean;
  readonly showsReaders: boolean;
  jumpTo(offset: number): void;
  reply(message: Message): void;
  edit(message: Message): void;
  recall(message: Message): void;
  react(message: Message, emoji: string): void;
  showReaders(message: Message): void;
};
