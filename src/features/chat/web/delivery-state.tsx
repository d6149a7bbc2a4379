import { Check, CheckCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../contracts/chat/contract.ts';
import { useReadCount } from './readers-context.tsx';
import type { RoomActions } from './room-actions.ts';

type Props = { readonly message: Message; readonly actions: RoomActions };

/** One tick: on the server's disk. Two: read; pressing it shows by whom. */
export function DeliveryState({ message, actions }: Props) {
  const { t } = useTranslation();
  const { count, isDirect } = useReadCount(message.offset);
  if (count === 0) {
    return (
      <span role="img" aria-label={t('chat.sent')} title={t('chat.sent')} className="shrink-0 pb-1 text-faint">
        <Check size={14} aria-hidden />
      </span>
    );
  }
  const label = isDirect ? t('chat.read') : t('chat.readByCount', { count });
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={() => actions.showReaders(message)}
      className="shrink-0 rounded pb-1 text-accent"
    >
      <CheckCheck size={14} aria-hidden />
    </button>
  );
}
