import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../ui/dialog.tsx';
import { COMMAND_KEY } from '../../../ui/keyboard.ts';

const SHORTCUTS = [
  { keys: [COMMAND_KEY, 'K'], text: 'chat.helpSwitcher' },
  { keys: ['Alt', '↑ ↓'], text: 'chat.helpNext' },
  { keys: ['Enter'], text: 'chat.helpSend' },
  { keys: ['Shift', 'Enter'], text: 'chat.helpBreak' },
  { keys: ['↑'], text: 'chat.helpEditLast' },
  { keys: ['Esc'], text: 'chat.helpEscape' },
  { keys: ['?'], text: 'chat.helpHelp' },
] as const;

export function HelpSheet({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.help')}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-3">
        {SHORTCUTS.map(({ keys, text }) => (
          <div key={text} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <kbd key={key} className="rounded border border-line bg-sunken px-2 py-0.5 text-xs">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
