import { Check } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Person, useApp } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { SearchField } from '../../../ui/text-field.tsx';

type Props = {
  readonly chosen: readonly string[];
  /** Not offered: the caller, or those who are in the group already. */
  readonly except: readonly string[];
  readonly onPick: (person: Person) => void;
};

const WAIT_MS = 150;

/** Finds people by name or handle. */
export function PeoplePicker({ chosen, except, onPick }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const found = useFoundPeople(text)?.filter(({ id, disabled }) => !except.includes(id) && !disabled);
  return (
    <div className="flex flex-col gap-2">
      <SearchField label={t('chat.findPeople')} value={text} onChange={setText} />
      <ul className="h-64 overflow-y-auto rounded-lg border border-line p-1">
        {found?.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              aria-pressed={chosen.includes(person.id)}
              onClick={() => onPick(person)}
              className="flex w-full items-center gap-3 rounded-md px-2 py-1.5 text-left hover:bg-sunken"
            >
              <Avatar id={person.id} name={person.displayName} picture={person.picture} size={32} />
              <span className="min-w-0 flex-1">
                <span className="block truncate">{person.displayName}</span>
                <span className="block truncate text-xs text-muted">@{person.handle}</span>
              </span>
              {chosen.includes(person.id) && <Check size={18} className="text-accent" aria-hidden />}
            </button>
          </li>
        ))}
        {found?.length === 0 && <li className="p-3 text-center text-sm text-muted">{t('chat.nobodyFound')}</li>}
      </ul>
    </div>
  );
}

/** Undefined while the first search runs. */
function useFoundPeople(text: string): readonly Person[] | undefined {
  const { people } = useApp();
  const [found, setFound] = useState<readonly Person[]>();
  useEffect(() => {
    let isWanted = true;
    const search = async () => {
      const answer = await people.find(text).catch(() => []);
      if (isWanted) setFound(answer);
    };
    const timer = setTimeout(search, WAIT_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [people, text]);
  return found;
}
