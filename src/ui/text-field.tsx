import { Search } from 'lucide-react';
import { type InputHTMLAttributes, useId } from 'react';

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string;
  /** The error of the value. */
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
};

export function TextField({ label, error, hint, ...props }: TextFieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        {...props}
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        className={`w-full rounded-lg border bg-raised px-3 py-2 outline-none ${fieldEdge(error !== undefined)}`}
      />
      {note !== undefined && (
        <p
          id={`${id}-note`}
          role={error === undefined ? undefined : 'alert'}
          className={`text-sm ${error === undefined ? 'text-muted' : 'text-danger'}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}

/** The edge of a field. A wrong one stays red while it has the focus, and gets wider. */
export function fieldEdge(isWrong: boolean): string {
  return isWrong ? 'border-danger focus:ring-1 focus:ring-danger' : 'border-line focus:border-accent';
}

/** The error of a field with several inputs, which are described by its id. */
export function FieldError({ id, text }: { readonly id: string; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p id={id} role="alert" className="text-sm text-danger">
      {text}
    </p>
  );
}

type SearchFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
};

export function SearchField({ label, value, onChange, ...props }: SearchFieldProps) {
  return (
    <label className="flex items-center gap-2 rounded-lg border border-transparent bg-sunken px-3 focus-within:border-accent">
      <Search size={16} className="shrink-0 text-faint" aria-hidden />
      <input
        {...props}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="min-w-0 flex-1 bg-transparent py-1.5 outline-none placeholder:text-muted"
      />
    </label>
  );
}
