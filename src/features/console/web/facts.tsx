export type Fact = { readonly label: string; readonly value: string; readonly isCode?: boolean };

/** What is known of something, by name. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="mb-4 grid grid-cols-2 gap-px overflow-hidden rounded-2xl border border-line bg-line lg:grid-cols-4">
      {facts.map(({ label, value, isCode = false }) => (
        <div key={label} className="min-w-0 grow bg-raised px-4 py-3">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className={`break-all ${isCode ? 'font-mono text-sm' : 'font-medium'}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
