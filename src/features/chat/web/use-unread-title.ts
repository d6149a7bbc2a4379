import { useEffect } from 'react';
import { useChat, useObservable } from './chat-context.tsx';

const NAME = 'Banyan';

/** Shows the number of rooms with unread messages in the tab title. */
export function useUnreadTitle(): void {
  const { rooms } = useChat();
  const list = useObservable(rooms.state);
  const unread = list.kind === 'ready' ? list.rooms.filter((room) => room.unread > 0).length : 0;
  useEffect(() => {
    document.title = unread === 0 ? NAME : `(${unread}) ${NAME}`;
    return () => {
      document.title = NAME;
    };
  }, [unread]);
}
