import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { SearchField } from '../../../ui/text-field.tsx';

type Props = {
  readonly label: string;
  readonly value: string;
  /** Called when typing has paused. */
  readonly onSearch: (text: string) => void;
};

const PAUSE_MS = 250;

/** Searches while typing; `/` focuses it from anywhere. */
export function ListSearch({ label, value, onSearch }: Props) {
  const [text, setText] = useState(value);
  const asked = useRef(value);
  const place = useRef<HTMLDivElement>(null);
  const search = useEffectEvent(onSearch);
  // The URL may have changed otherwise, for example by the browser's back button.
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === asked.current) return;
    const timer = setTimeout(() => {
      asked.current = text;
      search(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
        return;
      event.preventDefault();
      place.current?.querySelector('input')?.focus();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <div ref={place} className="min-w-48 flex-1 md:max-w-96">
      <SearchField label={label} value={text} onChange={setText} maxLength={255} />
    </div>
  );
}
