import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { showToast } from '../../../ui/toast.tsx';
import { useAction, useChat } from './chat-context.tsx';
import type { LiveRoom } from './live-room.ts';
import type { DraftState } from './use-draft.ts';

type SubmitParts = { readonly draft: DraftState; readonly live: LiveRoom; readonly toLatest: () => void };

/** Sends the message, or saves the edit. */
export function useSubmit(room: RoomSummary, { draft, live, toLatest }: SubmitParts): () => Promise<void> {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  return async () => {
    const { text, composing } = draft;
    live.stopTyping();
    if (composing.kind === 'edit') {
      draft.stop();
      const { offset } = composing.message;
      const done = await act(() => client.call('chat.edit', { room: room.id, offset, text }));
      if (!done) draft.edit({ ...composing.message, text });
    } else if (await draft.send()) toLatest();
    else showToast(t('chat.notTaken'), 'error');
  };
}
