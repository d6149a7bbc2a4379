import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { ArrowDown, MessageCircle } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomSummary } from '../../../contracts/chat/contract.ts';
import { Button } from '../../../ui/button.tsx';
import { dayKey, formatDay } from '../../../ui/dates.ts';
import { Spinner } from '../../../ui/spinner.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../../ui/states.tsx';
import { useChat, useObservable, useUnsent } from './chat-context.tsx';
import { MessageRow } from './message-row.tsx';
import { NoticeRow } from './notice-row.tsx';
import type { RoomActions } from './room-actions.ts';
import { buildRows, type Row } from './rows.ts';
import type { TimelineStore, TimelineView } from './timeline-store.ts';
import { UnsentRow } from './unsent-row.tsx';
import { AT_END_PX, useEdges } from './use-edges.ts';
import { useIsLookedAt } from './use-is-looked-at.ts';
import { useFirstUnreadInView, useMarkRead, useNewLine } from './use-reading.ts';
import { useRovingFocus } from './use-roving-focus.ts';
import { useSteadyRows } from './use-steady-rows.ts';

type Props = {
  readonly room: RoomSummary;
  readonly store: TimelineStore;
  readonly actions: RoomActions;
  /** The message to scroll to, and how often that was requested. */
  readonly focus: { readonly offset: number; readonly times: number } | null;
  /** The newest messages are requested, and are not loaded. */
  readonly onLatest: () => void;
};

const FOCUS_MS = 2_000;

/** A room's messages, newest at the bottom; keeps its position while pages load on either side. */
export function Timeline(props: Props) {
  const { store } = props;
  const view = useObservable(store.view);
  const { t } = useTranslation();
  if (view.loading === 'first') return <LoadingMessages />;
  if (view.failed === 'first') {
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="h-3/5">
          <ErrorState text={t('chat.historyFailed')} onRetry={() => void store.retryFailed()} />
        </div>
        <Unsent room={props.room} />
      </div>
    );
  }
  return <LoadedTimeline {...props} view={view} />;
}

function LoadedTimeline({ room, store, actions, focus, onLatest, view }: Props & { readonly view: TimelineView }) {
  const { t } = useTranslation();
  const { me } = useChat();
  const scroller = useRef<HTMLDivElement>(null);
  const reading = { view, ...useEdges(scroller, store, focus), isLookedAt: useIsLookedAt() };
  const line = useNewLine(room, reading);
  const rows = useRows(room, view, line.after);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 56,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    anchorTo: 'end',
    followOnAppend: reading.isLookedAt,
    scrollEndThreshold: AT_END_PX,
  });
  useSteadyRows(list);
  const isFocused = useFocus(list, rows, focus);
  useStartAtEnd(list, focus === null);
  useFirstUnreadInView(list, rows, { ...reading, isUnseen: line.isUnseen });
  useMarkRead(room, reading);
  const roving = useRovingFocus({ list, rows, scroller, onLeave: actions.write });
  const jumpToLatest = () => {
    if (view.timeline.hasAfter) onLatest();
    else list.scrollToIndex(rows.length - 1, { align: 'end' });
  };
  return (
    <div className="relative min-h-0 flex-1">
      <div ref={scroller} data-testid="timeline" className="h-full overflow-y-auto [overflow-anchor:none]">
        {view.loading === 'before' && <Loading />}
        {rows.length === 0 && (
          <EmptyState icon={<MessageCircle size={32} />} title={t('chat.emptyRoom')} text={t('chat.emptyRoomText')} />
        )}
        <div
          role="log"
          aria-label={t('chat.timeline')}
          onFocus={roving.onFocus}
          onKeyDown={roving.onKeyDown}
          className="relative flex w-full flex-col"
          style={{ height: list.getTotalSize() }}
        >
          {list.getVirtualItems().map(({ index, key, start }) => (
            <div
              key={key}
              ref={list.measureElement}
              data-index={index}
              className="absolute top-0 left-0 w-full"
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowView
                row={rows[index] as Row}
                me={me}
                actions={actions}
                isFocused={isFocused}
                isTabStop={key === roving.tabStop}
              />
            </div>
          ))}
        </div>
        {view.loading === 'after' && <Loading />}
      </div>
      {(view.failed === 'before' || view.failed === 'after') && (
        <EdgeFailed edge={view.failed} onRetry={() => void store.retryFailed()} />
      )}
      {(!reading.atEnd || view.timeline.hasAfter) && <JumpToLatest unread={room.unread} onJump={jumpToLatest} />}
    </div>
  );
}

/** The text of a message, for places that can show nothing else. */
function Unsent({ room }: { readonly room: RoomSummary }) {
  const items = useUnsent().filter((item) => item.room === room.id);
  return items.map((item, index) => <UnsentRow key={item.key} item={item} startsGroup={index === 0} />);
}

type RowViewProps = {
  readonly row: Row;
  readonly me: string;
  readonly actions: RoomActions;
  readonly isFocused: number | null;
  readonly isTabStop: boolean;
};

function RowView({ row, me, actions, isFocused, isTabStop }: RowViewProps) {
  const { t, i18n } = useTranslation();
  switch (row.kind) {
    case 'day':
      return (
        <h3 className="flex items-center gap-3 px-4 pt-4 pb-1 text-xs font-medium text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
          {formatDay(row.at, i18n.language)}
        </h3>
      );
    case 'new':
      return (
        <p className="flex items-center gap-3 px-4 py-1 text-xs font-medium text-accent before:h-px before:flex-1 before:bg-accent after:h-px after:flex-1 after:bg-accent">
          {t('chat.newMessages')}
        </p>
      );
    case 'notice':
      return <NoticeRow event={row.notice.event} />;
    case 'message':
      return (
        <MessageRow
          message={row.message}
          startsGroup={row.startsGroup}
          isOwn={row.message.sender === me}
          isFocused={row.message.offset === isFocused}
          isTabStop={isTabStop}
          actions={actions}
        />
      );
    case 'unsent':
      return <UnsentRow item={row.item} startsGroup={row.startsGroup} isTabStop={isTabStop} />;
    default:
      return row satisfies never;
  }
}

function useRows(room: RoomSummary, view: TimelineView, readOffset: number | null): readonly Row[] {
  const { me } = useChat();
  const unsent = useUnsent();
  const { entries, hasBefore, hasAfter } = view.timeline;
  return useMemo(() => {
    const own = hasAfter ? [] : unsent.filter((item) => item.room === room.id);
    const rows = buildRows({ entries, unsent: own, me, readOffset, dayKey });
    // What precedes the first entry is not known yet. It only determines whether the next one begins a day or a group,
    // so that no row changes, and none is added below, when older ones load.
    return hasBefore ? rows.slice(1 + rows.findIndex(({ kind }) => kind === 'message' || kind === 'notice')) : rows;
  }, [entries, hasBefore, hasAfter, unsent, me, readOffset, room.id]);
}

type List = Virtualizer<HTMLDivElement, Element>;

/** The room opens at its end, unless a message was requested. */
function useStartAtEnd(list: List, wanted: boolean): void {
  const done = useRef(false);
  useLayoutEffect(() => {
    if (done.current || list.options.count === 0) return;
    done.current = true;
    if (wanted) list.scrollToIndex(list.options.count - 1, { align: 'end' });
  });
}

/** Scrolls to the wanted message and highlights it for a moment. */
function useFocus(list: List, rows: readonly Row[], focus: Props['focus']): number | null {
  const [marked, setMarked] = useState<number | null>(null);
  const shown = useRef<Props['focus']>(null);
  const index =
    focus === null ? -1 : rows.findIndex((row) => row.kind === 'message' && row.message.offset === focus.offset);
  useEffect(() => {
    if (focus === null || index < 0 || shown.current?.times === focus.times) return;
    shown.current = focus;
    list.scrollToIndex(index, { align: 'center' });
    setMarked(focus.offset);
  }, [list, index, focus]);
  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), FOCUS_MS);
    return () => clearTimeout(timer);
  }, [marked]);
  return marked;
}

function JumpToLatest({ unread, onJump }: { readonly unread: number; readonly onJump: () => void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      onClick={onJump}
      aria-label={t('chat.jumpToLatest')}
      className="absolute right-4 bottom-4 flex items-center gap-1 rounded-full border border-line bg-raised px-3 py-2 text-sm shadow-md hover:border-accent"
    >
      {unread > 0 && <span className="font-medium text-accent">{t('chat.jumpToNew', { count: unread })}</span>}
      <ArrowDown size={18} aria-hidden />
    </button>
  );
}

type EdgeFailedProps = { readonly edge: 'before' | 'after'; readonly onRetry: () => void };

/** Overlays the edge beyond which messages failed to load: a row of its own would move the content. */
function EdgeFailed({ edge, onRetry }: EdgeFailedProps) {
  const { t } = useTranslation();
  return (
    <div
      role="alert"
      className={`pointer-events-none absolute inset-x-4 z-10 flex justify-center ${edge === 'before' ? 'top-2' : 'bottom-16'}`}
    >
      <p className="pointer-events-auto flex items-center gap-1 rounded-full border border-line bg-raised pl-4 text-sm shadow-md">
        {t('chat.historyFailed')}
        <Button onClick={onRetry} className="text-accent">
          {t('ui.retry')}
        </Button>
      </p>
    </div>
  );
}

function Loading() {
  const { t } = useTranslation();
  return (
    <div className="pointer-events-none sticky top-2 z-10 flex h-0 justify-center">
      <Spinner label={t('chat.timeline')} />
    </div>
  );
}

const PLACEHOLDERS = ['w-2/3', 'w-1/2', 'w-3/4', 'w-1/3', 'w-2/3'];

function LoadingMessages() {
  return (
    <div aria-busy="true" className="flex flex-1 flex-col justify-end gap-4 p-4">
      {PLACEHOLDERS.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of shapes
        <div key={index} className="flex gap-3">
          <Skeleton className="size-10 shrink-0 rounded-full" />
          <Skeleton className={`h-10 ${width}`} />
        </div>
      ))}
    </div>
  );
}
