export type Fact = { readonly label: string; readonly value: string; readonly isCode?: boolean };

/** A list of names and values. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="mb-4 flex flex-wrap gap-px overflow-hidden rounded-2xl border border-line bg-line">
      {facts.map(({ label, value, isCode = false }) => (
        <div key={label} className="min-w-0 flex-1 basis-36 bg-raised px-4 py-3 lg:basis-44">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className={`break-all ${isCode ? 'font-mono text-sm' : 'font-medium'}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
