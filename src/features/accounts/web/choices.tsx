type ChoicesProps<T extends string> = {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onPick: (value: T) => void;
};

/** One of a few options, all visible. */
export function Choices<T extends string>({ name, label, value, options, onPick }: ChoicesProps<T>) {
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={`cursor-pointer rounded-lg border px-4 py-2 focus-within:outline-2 focus-within:outline-accent ${value === option.value ? 'border-accent bg-accent-soft' : 'border-line'}`}
        >
          <input
            type="radio"
            name={name}
            checked={value === option.value}
            onChange={() => onPick(option.value)}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
