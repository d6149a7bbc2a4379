import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Observable } from '../../../../client/listeners.ts';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { useApp, usePerson } from '../../../ui/app-context.tsx';
import { plainName } from '../../../ui/direction.ts';
import { failureText } from '../../../ui/error-text.ts';
import { showToast } from '../../../ui/toast.tsx';
import type { BrowserOutbox } from './browser-outbox.ts';
import { type ChatSession, chatSessionOf } from './chat-session.ts';
import type { OutboxItem } from './outbox-storage.ts';

type Chat = ChatSession & {
  /** Undefined while it is being opened. */
  readonly openOutbox: BrowserOutbox | undefined;
  /** Shows a room, or the list for undefined. */
  readonly openRoom: (room: string | undefined) => void;
  /** Rooms the person is leaving here, which may close without a notice. */
  readonly leaving: Set<string>;
};

const Context = createContext<Chat | undefined>(undefined);

type ProviderProps = { readonly openRoom: Chat['openRoom']; readonly children: ReactNode };

export function ChatProvider({ openRoom, children }: ProviderProps) {
  const { client, me, signedOut } = useApp();
  const session = chatSessionOf(client, me, signedOut);
  const [leaving] = useState(() => new Set<string>());
  const [openOutbox, setOpenOutbox] = useState<BrowserOutbox>();
  useEffect(() => {
    let isHere = true;
    session.start();
    void session.outbox().then((outbox) => isHere && setOpenOutbox(outbox));
    return () => {
      isHere = false;
    };
  }, [session]);
  useSayUnlasting(openOutbox);
  return <Context value={{ ...session, openOutbox, openRoom, leaving }}>{children}</Context>;
}

/** Warns once that an unsent message would not survive this page. */
function useSayUnlasting(outbox: BrowserOutbox | undefined): void {
  const { t } = useTranslation();
  useEffect(() => outbox?.isLasting.subscribe(() => showToast(t('chat.unsentNotLasting'), 'error')), [outbox, t]);
}

export function useChat(): Chat {
  const chat = useContext(Context);
  if (chat === undefined) throw new Error('this screen needs a ChatProvider');
  return chat;
}

export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get);
}

const NO_ITEMS: readonly OutboxItem[] = [];
const NOTHING = { get: () => NO_ITEMS, subscribe: () => () => undefined };

/** The person's unsent messages in all rooms, oldest first. */
export function useUnsent(): readonly OutboxItem[] {
  return useObservable(useChat().openOutbox?.items ?? NOTHING);
}

/** A person's name, '…' until it is known, "You" for oneself if wanted. */
export function usePersonName(id: string): string {
  return usePerson(id)?.displayName ?? '…';
}

/** A room's name: a group's title, or the other person. */
export function useRoomTitle(room: RoomSummary): string {
  const { t } = useTranslation();
  const { me } = useApp();
  const peer = usePersonName(room.peer ?? me);
  if (room.kind === 'group') return plainName(room.title);
  return room.peer === me ? t('chat.notes') : peer;
}

/** Runs a button's action, and shows a failure. True if it succeeded. */
export function useAction(): (action: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useTranslation();
  return async (action) => {
    try {
      await action();
      return true;
    } catch (error) {
      showToast(t('chat.failedAction', { reason: failureText(error, t) }), 'error');
      return false;
    }
  };
}
