import { useTranslation } from 'react-i18next';
import type { Observable } from '../../../../client/listeners.ts';
import { useObservable, usePersonName } from './chat-context.tsx';

/** Who is typing; keeps its height when nobody is, so that nothing moves. */
export function TypingLine({ typing }: { readonly typing: Observable<readonly string[]> }) {
  const { t } = useTranslation();
  const users = useObservable(typing);
  const name = usePersonName(users[0] ?? '');
  const other = usePersonName(users[1] ?? '');
  const text = () => {
    if (users.length === 0) return '';
    if (users.length === 1) return t('chat.typingOne', { name });
    return users.length === 2 ? t('chat.typingTwo', { name, other }) : t('chat.typingMany');
  };
  return (
    <p aria-live="polite" className="h-5 truncate px-4 text-xs text-muted">
      {text()}
    </p>
  );
}
