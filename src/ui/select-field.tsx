type Props<Key extends string> = {
  readonly label: string;
  readonly value: Key;
  readonly options: readonly { readonly value: Key; readonly label: string }[];
  readonly onChange: (value: Key) => void;
};

/** One of a few, from a list that opens. */
export function SelectField<Key extends string>({ label, value, options, onChange }: Props<Key>) {
  return (
    <label className="flex flex-col gap-1 text-sm">
      {label}
      <select
        value={value}
        onChange={({ target }) => onChange(target.value as Key)}
        className="rounded-lg border border-line bg-raised px-2 py-2"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
