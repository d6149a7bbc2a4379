import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Client } from '../../../../client/client.ts';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { RECEIPTS_LIMIT } from '../../../contracts/chat/limits.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { later } from '../../../ui/later.tsx';
import { useOperation } from '../../../ui/queries.tsx';
import { useAction, useChat, useObservable, useRoomTitle } from './chat-context.tsx';
import { Composer } from './composer.tsx';
import { createLiveRoom, type LiveRoom } from './live-room.ts';
import type { MessageDialog } from './message-dialogs.tsx';
import { ReadersProvider } from './readers-context.tsx';
import { isRecallOpen } from './recall-window.ts';
import type { RoomActions } from './room-actions.ts';
import { RoomHeader } from './room-header.tsx';
import { Timeline } from './timeline.tsx';
import type { TimelineStore } from './timeline-store.ts';
import { TypingLine } from './typing-line.tsx';
import { type DraftState, useDraft } from './use-draft.ts';
import { useStableActions } from './use-stable-actions.ts';
import { useSubmit } from './use-submit.ts';

const MemberPanel = later(async () => (await import('./member-panel.tsx')).MemberPanel);
const MessageDialogs = later(async () => (await import('./message-dialogs.tsx')).MessageDialogs);

type Props = {
  readonly room: RoomSummary;
  /** The message to start at. */
  readonly focus: number | undefined;
};

/** An open room: header, timeline, composer, and the members beside it. */
export function RoomView({ room, focus: initialFocus }: Props) {
  const chat = useChat();
  const title = useRoomTitle(room);
  const live = useLiveRoom(room);
  const draft = useDraft(room);
  const input = useRef<HTMLTextAreaElement>(null);
  const [panel, setPanel] = useState(false);
  const [dialog, setDialog] = useState<MessageDialog | null>(null);
  const { store, focus, jumpTo, toLatest } = useFocus(room, initialFocus);
  const submit = useSubmit(room, { draft, live, toLatest });
  const actions = useRoomActions(room, { draft, jumpTo, setDialog, input });
  const readers = useObservable(live.readers);
  const shown = useMemo(() => ({ readers, isDirect: room.kind === 'direct' }), [readers, room.kind]);
  const cancel = () => {
    if (draft.composing.kind === 'edit' || draft.composing.replyTo !== null) return draft.stop();
    if (room.unread > 0) chat.markRead(room.id, room.top);
    toLatest();
  };
  const write = (text: string) => {
    draft.setText(text);
    if (text !== '' && draft.composing.kind === 'new') live.type();
  };
  return (
    <ReadersProvider value={shown}>
      <div className="flex h-full min-h-0">
        <section aria-label={title} className="flex min-w-0 flex-1 flex-col">
          <RoomHeader room={room} isPanelOpen={panel} onPanel={() => setPanel(!panel)} />
          <Timeline key={room.id} room={room} store={store} actions={actions} focus={focus} onLatest={toLatest} />
          <TypingLine typing={live.typing} />
          <Composer
            input={input}
            roomTitle={title}
            text={draft.text}
            composing={draft.composing}
            onText={write}
            onSubmit={() => void submit()}
            onCancel={cancel}
            onEditLast={() => editLast(store, chat.me, draft)}
          />
        </section>
        {panel && <MemberPanel room={room} onClose={() => setPanel(false)} />}
      </div>
      {dialog !== null && <MessageDialogs room={room} dialog={dialog} onClose={() => setDialog(null)} />}
    </ReadersProvider>
  );
}

/** The room's timeline, and the position the reader wants. */
function useFocus(room: RoomSummary, initialFocus: number | undefined) {
  const chat = useChat();
  const store = chat.timeline(room.id);
  const [focus, setFocus] = useState(initialFocus === undefined ? null : { offset: initialFocus, times: 0 });
  const toLatest = () => {
    // Otherwise the newest page would look for a message that is not on it, and not start at its end.
    setFocus(null);
    if (store.view.get().timeline.hasAfter) void store.open();
  };
  useEffect(() => {
    if (initialFocus !== undefined) void store.reveal(initialFocus);
    else if (store.view.get().timeline.hasAfter) void store.open();
  }, [store, initialFocus]);
  const jumpTo = (offset: number) => {
    void store.reveal(offset).then(() => setFocus((last) => ({ offset, times: (last?.times ?? 0) + 1 })));
  };
  return { store, focus, jumpTo, toLatest };
}

type ActionParts = {
  readonly draft: DraftState;
  readonly jumpTo: (offset: number) => void;
  readonly setDialog: (dialog: MessageDialog) => void;
  readonly input: RefObject<HTMLTextAreaElement | null>;
};

function useRoomActions(room: RoomSummary, { draft, jumpTo, setDialog, input }: ActionParts): RoomActions {
  const { client, me } = useChat();
  const act = useAction();
  const settings = useOperation(client, 'chat.settings', {});
  useEffect(() => refetchWhenConnected(client, () => void settings.refetch()), [client, settings.refetch]);
  return useStableActions(room, {
    jumpTo,
    reply: draft.reply,
    edit: draft.edit,
    recall: (message) => setDialog({ kind: 'recall', message }),
    mayRecall: ({ sender, sentAt }) => {
      const manages = room.kind === 'group' && room.role !== 'member';
      return manages || (sender === me && isRecallOpen(settings.data, settings.dataUpdatedAt, sentAt));
    },
    write: () => input.current?.focus(),
    showReaders: (message) => setDialog({ kind: 'readers', message }),
    react: (message, emoji) => {
      const on = message.reactions.find((reaction) => reaction.emoji === emoji)?.users.includes(me) !== true;
      void act(() => client.call('chat.react', { room: room.id, offset: message.offset, emoji, on }));
    },
  });
}

/** A restart of the server may have changed them. */
function refetchWhenConnected(client: Client, refetch: () => void): () => void {
  return client.connection.subscribe(({ kind }) => {
    if (kind === 'connected') refetch();
  });
}

function editLast(store: TimelineStore, me: string, draft: DraftState): void {
  const { entries } = store.view.get().timeline;
  const own = entries.findLast((entry) => entry.kind === 'message' && entry.message.sender === me);
  if (own?.kind === 'message' && own.message.recalledAt === null) draft.edit(own.message);
}

function useLiveRoom(room: RoomSummary): LiveRoom {
  const { client, me } = useApp();
  const size = room.memberCount > RECEIPTS_LIMIT ? 'large' : 'small';
  const live = useMemo(
    () => createLiveRoom(client, me, { id: room.id, memberCount: size === 'large' ? RECEIPTS_LIMIT + 1 : 1 }),
    [client, me, room.id, size],
  );
  useEffect(() => live.open(), [live]);
  return live;
}
