import { useTranslation } from 'react-i18next';
import type { Message, RoomSummary } from '../../../contracts/chat/contract.ts';
import { PREVIEW_LENGTH } from '../../../contracts/chat/limits.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useAction, useChat } from './chat-context.tsx';
import { ReadersDialog } from './readers-dialog.tsx';

/** The open dialog of a message. */
export type MessageDialog = { readonly kind: 'readers' | 'recall'; readonly message: Message };

type Props = { readonly room: RoomSummary; readonly dialog: MessageDialog; readonly onClose: () => void };

/** Read receipts of a message, or the confirmation of a recall. */
export function MessageDialogs({ room, dialog: { kind, message }, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  if (kind === 'readers') return <ReadersDialog room={room} message={message} onClose={onClose} />;
  const recall = () => {
    onClose();
    void act(() => client.call('chat.recall', { room: room.id, offset: message.offset }));
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t('chat.recall')}
      text={message.text.slice(0, PREVIEW_LENGTH)}
      confirmLabel={t('chat.recall')}
      danger
      onConfirm={recall}
    />
  );
}
