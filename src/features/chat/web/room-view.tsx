import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../../ui/app-context.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import type { Message, RoomSummary } from '../contract.ts';
import { RECEIPTS_LIMIT } from '../limits.ts';
import { useAction, useChat, useObservable, useRoomTitle } from './chat-context.tsx';
import { Composer, type Composing } from './composer.tsx';
import { type LiveRoom, openLiveRoom } from './live-room.ts';
import { MemberPanel } from './member-panel.tsx';
import { ReadersProvider } from './readers-context.tsx';
import { ReadersDialog } from './readers-dialog.tsx';
import type { RoomActions } from './room-actions.ts';
import { RoomHeader } from './room-header.tsx';
import { Timeline } from './timeline.tsx';
import { TypingLine } from './typing-line.tsx';

type Props = {
  readonly room: RoomSummary;
  /** A message to begin at. */
  readonly focus: number | undefined;
};

/** An open room: header, timeline, composer, and the members beside it. */
export function RoomView({ room, focus: initialFocus }: Props) {
  const chat = useChat();
  const { t } = useTranslation();
  const live = useLiveRoom(room);
  const draft = useDraft(room);
  const input = useRef<HTMLTextAreaElement>(null);
  const store = chat.timeline(room.id);
  const [focus, setFocus] = useState(initialFocus === undefined ? null : { offset: initialFocus, times: 0 });
  const [panel, setPanel] = useState(false);
  const [readersOf, setReadersOf] = useState<Message | null>(null);
  const [recalling, setRecalling] = useState<Message | null>(null);
  const act = useAction();
  const readers = useObservable(live.readers);
  const jumpTo = (offset: number) => {
    void store.reveal(offset).then(() => setFocus((last) => ({ offset, times: (last?.times ?? 0) + 1 })));
  };
  useEffect(() => {
    if (initialFocus !== undefined) void store.reveal(initialFocus);
    else if (store.view.get().timeline.hasAfter) void store.open();
  }, [store, initialFocus]);
  const actions = useStableActions(room, {
    jumpTo,
    reply: draft.reply,
    edit: draft.edit,
    recall: setRecalling,
    showReaders: setReadersOf,
    react: (message, emoji) => {
      const on = message.reactions.find((reaction) => reaction.emoji === emoji)?.users.includes(chat.me) !== true;
      void act(() => chat.client.call('chat.react', { room: room.id, offset: message.offset, emoji, on }));
    },
  });
  const submit = async () => {
    const { text, composing } = draft;
    draft.clear();
    live.stopTyping();
    if (composing.kind === 'edit') {
      const { offset } = composing.message;
      const done = await act(() => chat.client.call('chat.edit', { room: room.id, offset, text }));
      if (!done) draft.edit({ ...composing.message, text });
      return;
    }
    await chat.openOutbox?.add({ room: room.id, text, replyTo: composing.replyTo?.offset ?? null });
    if (store.view.get().timeline.hasAfter) void store.open();
  };
  const cancel = () => {
    const isPlain = draft.composing.kind === 'new' && draft.composing.replyTo === null;
    if (!isPlain) return draft.stop();
    if (room.unread > 0) chat.markRead(room.id, room.top);
    if (store.view.get().timeline.hasAfter) void store.open();
  };
  const editLast = () => {
    const own = store.view
      .get()
      .timeline.entries.findLast((entry) => entry.kind === 'message' && entry.message.sender === chat.me);
    if (own?.kind === 'message' && own.message.recalledAt === null) draft.edit(own.message);
  };
  return (
    <ReadersProvider
      value={useMemo(() => ({ offsets: readers, isDirect: room.kind === 'direct' }), [readers, room.kind])}
    >
      <div className="flex h-full min-h-0">
        <section aria-label={useRoomTitle(room)} className="flex min-w-0 flex-1 flex-col">
          <RoomHeader room={room} isPanelOpen={panel} onPanel={() => setPanel(!panel)} />
          <Timeline key={room.id} room={room} store={store} actions={actions} focus={focus} />
          <TypingLine typing={live.typing} />
          <Composer
            input={input}
            roomTitle={useRoomTitle(room)}
            text={draft.text}
            composing={draft.composing}
            onText={(text) => {
              draft.setText(text);
              if (text !== '' && draft.composing.kind === 'new') live.type();
            }}
            onSubmit={() => void submit()}
            onCancel={cancel}
            onEditLast={editLast}
          />
        </section>
        {panel && <MemberPanel room={room} onClose={() => setPanel(false)} />}
      </div>
      {readersOf !== null && <ReadersDialog room={room} message={readersOf} onClose={() => setReadersOf(null)} />}
      <ConfirmDialog
        open={recalling !== null}
        onOpenChange={() => setRecalling(null)}
        title={t('chat.recall')}
        text={recalling?.text.slice(0, 200) ?? ''}
        confirmLabel={t('chat.recall')}
        danger
        onConfirm={() => {
          const message = recalling as Message;
          setRecalling(null);
          void act(() => chat.client.call('chat.recall', { room: room.id, offset: message.offset }));
        }}
      />
    </ReadersProvider>
  );
}

type Doers = Omit<RoomActions, 'room' | 'mayRecallOthers' | 'showsReaders'>;

/** One object for as long as the room is open, calling whatever the last drawing brought. */
function useStableActions(room: RoomSummary, doers: Doers): RoomActions {
  const latest = useRef(doers);
  latest.current = doers;
  const mayRecallOthers = room.kind === 'group' && room.role !== 'member';
  const showsReaders = room.memberCount <= RECEIPTS_LIMIT && room.memberCount > 1;
  return useMemo(
    () => ({
      room: room.id,
      mayRecallOthers,
      showsReaders,
      jumpTo: (offset) => latest.current.jumpTo(offset),
      reply: (message) => latest.current.reply(message),
      edit: (message) => latest.current.edit(message),
      recall: (message) => latest.current.recall(message),
      react: (message, emoji) => latest.current.react(message, emoji),
      showReaders: (message) => latest.current.showReaders(message),
    }),
    [room.id, mayRecallOthers, showsReaders],
  );
}

function useLiveRoom(room: RoomSummary): LiveRoom {
  const { client, me } = useApp();
  const size = room.memberCount > RECEIPTS_LIMIT ? 'large' : 'small';
  const live = useMemo(
    () => openLiveRoom(client, me, { id: room.id, memberCount: size === 'large' ? RECEIPTS_LIMIT + 1 : 1 }),
    [client, me, room.id, size],
  );
  useEffect(() => live.close, [live]);
  return live;
}

type DraftState = {
  readonly text: string;
  readonly composing: Composing;
  setText(text: string): void;
  reply(message: Message): void;
  edit(message: Message): void;
  /** Stops replying or editing; what was begun before an edit comes back. */
  stop(): void;
  /** After sending. */
  clear(): void;
};

/** What is being written in this room; kept on this device until it is sent. */
function useDraft(room: RoomSummary): DraftState {
  const { drafts } = useChat();
  const [text, setText] = useState(() => drafts.get(room.id).text);
  const [composing, setComposing] = useState<Composing>({ kind: 'new', replyTo: null });
  const write = (next: string) => {
    setText(next);
    if (composing.kind === 'new') drafts.set(room.id, { text: next, replyTo: null });
  };
  const start = (next: Composing, nextText: string) => {
    setComposing(next);
    setText(nextText);
  };
  return {
    text,
    composing,
    setText: write,
    reply: (message) =>
      start({ kind: 'new', replyTo: message }, composing.kind === 'edit' ? drafts.get(room.id).text : text),
    edit: (message) => start({ kind: 'edit', message }, message.text),
    stop: () => start({ kind: 'new', replyTo: null }, drafts.get(room.id).text),
    clear: () => {
      if (composing.kind === 'new') drafts.set(room.id, { text: '', replyTo: null });
      start({ kind: 'new', replyTo: null }, drafts.get(room.id).text);
    },
  };
}
