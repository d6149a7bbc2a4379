import { type ReactNode, useId } from 'react';
import { FieldError } from '../../../ui/text-field.tsx';

type CheckProps = {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
};

/** A checkbox. */
export function CheckField({ label, checked, onChange, disabled = false }: CheckProps) {
  return (
    <label className="flex items-center gap-2.5 text-sm">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0 break-words">{label}</span>
    </label>
  );
}

type ChoiceProps = {
  readonly label: string;
  /** The label of "all". */
  readonly allLabel: string;
  readonly choices: readonly string[];
  /** Null: all of them. */
  readonly value: readonly string[] | null;
  readonly onChange: (value: readonly string[] | null) => void;
  readonly error?: string | undefined;
};

/** All items, or selected ones. */
export function ChoiceField({ label, allLabel, choices, value, onChange, error }: ChoiceProps) {
  const note = useId();
  // A selected item that is no longer available can still be removed.
  const shown = [...choices, ...(value ?? []).filter((each) => !choices.includes(each))];
  const toggle = (choice: string, isPicked: boolean) => {
    const picked = value ?? [];
    onChange(isPicked ? [...picked, choice] : picked.filter((each) => each !== choice));
  };
  return (
    <fieldset
      aria-describedby={error === undefined ? undefined : note}
      data-invalid={error === undefined ? undefined : true}
      className={`rounded-lg border p-3 ${error === undefined ? 'border-line' : 'border-danger'}`}
    >
      <legend className="px-1 text-sm font-medium">{label}</legend>
      <CheckField label={allLabel} checked={value === null} onChange={(all) => onChange(all ? null : [])} />
      {value !== null && (
        <div className="mt-2 grid grid-cols-2 gap-x-4 gap-y-2 border-t border-line pt-2">
          {shown.map((choice) => (
            <CheckField
              key={choice}
              label={<code className="font-mono text-xs">{choice}</code>}
              checked={value.includes(choice)}
              onChange={(isPicked) => toggle(choice, isPicked)}
            />
          ))}
        </div>
      )}
      <FieldError id={note} text={error} />
    </fieldset>
  );
}

/** A word beside a name: its origin, or its state. */
export function Tag({
  children,
  tone = 'quiet',
}: {
  readonly children: ReactNode;
  readonly tone?: 'quiet' | 'danger';
}) {
  const look = tone === 'danger' ? 'border-danger text-danger' : 'border-line text-muted';
  return (
    <span className={`inline-block rounded-md border px-1.5 text-xs font-normal whitespace-nowrap ${look}`}>
      {children}
    </span>
  );
}
