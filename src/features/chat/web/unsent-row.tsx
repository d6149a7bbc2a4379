import { Clock3, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useApp, usePerson } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { formatClock } from '../../../ui/dates.ts';
import { serverText } from '../../../ui/error-text.ts';
import { Markdown } from '../../../ui/markdown.tsx';
import { useChat } from './chat-context.tsx';
import type { OutboxItem } from './outbox-storage.ts';

type Props = { readonly item: OutboxItem; readonly startsGroup: boolean; readonly isTabStop?: boolean };

/** An own message that the server does not have yet, or refused. */
export function UnsentRow({ item, startsGroup, isTabStop = false }: Props) {
  const { t, i18n } = useTranslation();
  const { me } = useApp();
  const person = usePerson(me);
  const name = person?.displayName ?? '…';
  return (
    <article
      tabIndex={isTabStop ? 0 : -1}
      aria-label={`${name}, ${t('chat.queued')}`}
      className={`flex gap-3 px-4 ${startsGroup ? 'pt-3' : 'pt-0.5'} pb-0.5`}
    >
      <div className="w-10 shrink-0">
        {startsGroup && <Avatar id={me} name={name} picture={person?.picture ?? null} size={40} />}
      </div>
      <div className="min-w-0 flex-1">
        {startsGroup && (
          <header className="flex items-baseline gap-2">
            <span dir="auto" className="truncate font-semibold">
              {name}
            </span>
            <time className="text-xs text-muted">{formatClock(item.createdAt, i18n.language)}</time>
          </header>
        )}
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1 break-words">
            <Markdown text={item.text} />
          </div>
          {item.failure === null && (
            <span
              role="img"
              aria-label={t('chat.queued')}
              title={t('chat.queued')}
              className="shrink-0 pb-1 text-faint"
            >
              <Clock3 size={14} aria-hidden />
            </span>
          )}
        </div>
        {item.failure !== null && <Failure item={item} reason={item.failure} />}
      </div>
    </article>
  );
}

function Failure({ item, reason }: { readonly item: OutboxItem; readonly reason: string }) {
  const { t } = useTranslation();
  const { openOutbox } = useChat();
  return (
    <p className="mt-1 flex flex-wrap items-center gap-2 text-sm text-danger">
      <TriangleAlert size={14} aria-hidden />
      <span>{t('chat.failed', { reason: serverText('', reason, t) })}</span>
      <Button variant="quiet" tabIndex={-1} onClick={() => void openOutbox?.retry(item.key)}>
        {t('chat.resend')}
      </Button>
      <Button variant="quiet" tabIndex={-1} onClick={() => void openOutbox?.discard(item.key)}>
        {t('chat.discard')}
      </Button>
    </p>
  );
}
