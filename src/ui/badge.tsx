type Props = {
  readonly count: number;
  /** The same as text, for screen readers. */
  readonly label: string;
};

export function CountBadge({ count, label }: Props) {
  return (
    <span className="inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent tabular-nums">
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}
