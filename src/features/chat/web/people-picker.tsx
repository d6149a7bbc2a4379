import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Person, useApp } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { isComposing } from '../../../ui/keyboard.ts';
import { ErrorState } from '../../../ui/states.tsx';
import { FieldError, SearchField } from '../../../ui/text-field.tsx';
import { useDelayed } from '../../../ui/use-delayed.ts';

type Props = {
  readonly chosen: readonly string[];
  /** Excluded: the caller, or existing members. */
  readonly except: readonly string[];
  readonly onPick: (person: Person) => void;
};

/** Finds people by name or handle; the arrow keys highlight one, and Enter picks the highlighted one. */
export function PeoplePicker({ chosen, except, onPick }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [marked, setMarked] = useState<number | null>(null);
  const listId = useId();
  const isOffered = ({ id, disabled }: Person) => !except.includes(id) && !disabled;
  const { found, find, retry } = useFoundPeople(text);
  const offered = found.kind === 'found' ? found.people.filter(isOffered) : [];
  // In the list of all people nobody is highlighted before a key press; in search results the first is.
  const at = marked === null && text !== '' && offered.length > 0 ? 0 : marked;
  const change = (next: string) => {
    setText(next);
    setMarked(null);
  };
  const pick = async () => {
    const isCurrent = found.kind === 'found' && found.text === text;
    if (isCurrent ? at === null : text === '') return;
    // A quick person presses Enter before the response arrives.
    const person = isCurrent ? offered[at ?? 0] : (await find(text).catch(() => [])).find(isOffered);
    if (person === undefined) return;
    onPick(person);
    change('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'Enter') void pick();
    else if (event.key === 'ArrowDown') setMarked(Math.max(0, Math.min((at ?? -1) + 1, offered.length - 1)));
    else if (event.key === 'ArrowUp') setMarked(Math.max((at ?? 0) - 1, 0));
    else return;
    // Enter would submit the form around it.
    event.preventDefault();
  };
  return (
    <div className="flex flex-col gap-2">
      <SearchField
        label={t('chat.findPeople')}
        value={text}
        onChange={change}
        onKeyDown={onKeyDown}
        aria-controls={listId}
        aria-activedescendant={at === null ? undefined : `${listId}-${at}`}
      />
      <ul id={listId} className="h-64 overflow-y-auto rounded-lg border border-line p-1">
        {offered.map((person, index) => (
          <li key={person.id}>
            <Offer
              id={`${listId}-${index}`}
              person={person}
              isChosen={chosen.includes(person.id)}
              isMarked={index === at}
              onPick={() => onPick(person)}
            />
          </li>
        ))}
        {found.kind === 'found' && offered.length === 0 && (
          <li className="p-3 text-center text-sm text-muted">{t('chat.nobodyFound')}</li>
        )}
        {found.kind === 'failed' && (
          <li className="h-full">
            <ErrorState text={t('chat.findFailed')} onRetry={retry} />
          </li>
        )}
      </ul>
    </div>
  );
}

type OfferProps = {
  readonly id: string;
  readonly person: Person;
  readonly isChosen: boolean;
  readonly isMarked: boolean;
  readonly onPick: () => void;
};

function Offer({ id, person, isChosen, isMarked, onPick }: OfferProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isMarked) button.current?.scrollIntoView({ block: 'nearest' });
  }, [isMarked]);
  return (
    <button
      ref={button}
      id={id}
      type="button"
      aria-pressed={isChosen}
      onClick={onPick}
      className={`flex w-full items-center gap-3 rounded-md px-2 py-1.5 text-left ${isMarked ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
    >
      <Avatar id={person.id} name={person.displayName} picture={person.picture} size={32} />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate text-start">
          {person.displayName}
        </span>
        <span className="block truncate text-xs text-muted">@{person.handle}</span>
      </span>
      {isChosen && <Check size={18} className="text-accent" aria-hidden />}
    </button>
  );
}

type PeopleFieldProps = {
  readonly label?: string;
  readonly value: readonly Person[];
  /** Ids that are not offered. */
  readonly except: readonly string[];
  /** What is wrong with those that were picked. */
  readonly error: string | undefined;
  readonly onChange: (value: readonly Person[]) => void;
};

/** Some people, picked one by one. */
export function PeopleField({ label, value, except, error, onChange }: PeopleFieldProps) {
  const id = useId();
  const toggle = (person: Person) => {
    const others = value.filter((each) => each.id !== person.id);
    onChange(others.length < value.length ? others : [...value, person]);
  };
  return (
    <fieldset
      aria-describedby={error === undefined ? undefined : `${id}-note`}
      data-invalid={error === undefined ? undefined : true}
      className="flex flex-col gap-2"
    >
      {label !== undefined && <legend className="mb-1 text-sm font-medium">{label}</legend>}
      <Chosen members={value} onRemove={toggle} />
      <PeoplePicker chosen={value.map((person) => person.id)} except={except} onPick={toggle} />
      <FieldError id={`${id}-note`} text={error} />
    </fieldset>
  );
}

type ChosenProps = { readonly members: readonly Person[]; readonly onRemove: (person: Person) => void };

/** People picked so far; pressing one removes them. */
function Chosen({ members, onRemove }: ChosenProps) {
  if (members.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1">
      {members.map((person) => (
        <li key={person.id}>
          <button
            type="button"
            onClick={() => onRemove(person)}
            className="flex items-center gap-1 rounded-full bg-accent-soft py-1 pr-2 pl-3 text-sm"
          >
            <bdi>{person.displayName}</bdi>
            <X size={14} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

const WAIT_MS = 150;
const SEARCHING = { kind: 'searching' } as const;

type Found =
  | { readonly kind: 'searching' }
  | { readonly kind: 'failed' }
  /** `text`: the search text. */
  | { readonly kind: 'found'; readonly text: string; readonly people: readonly Person[] };

/** The last result stays until the next one arrives. */
function useFoundPeople(text: string) {
  const { people } = useApp();
  const search = useDelayed(text, WAIT_MS);
  const { data, isError, isFetching, refetch } = useQuery({
    queryKey: ['accounts.findPeople', 'picker', search],
    queryFn: async () => ({ text: search, people: await people.find(search) }),
    placeholderData: keepPreviousData,
  });
  const found: Found = isError && !isFetching ? { kind: 'failed' } : data ? { kind: 'found', ...data } : SEARCHING;
  return { found, find: people.find, retry: () => void refetch() };
}
