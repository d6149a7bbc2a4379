import type { ReactNode } from 'react';

type Props = { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode };

/** A part of a screen with a heading of its own. */
export function Panel({ title, actions, children }: Props) {
  return (
    <section aria-label={title} className="mb-4 rounded-2xl border border-line bg-raised p-4">
      <header className="mb-3 flex items-center justify-between gap-3">
        <h3 className="font-medium">{title}</h3>
        {actions}
      </header>
      {children}
    </section>
  );
}
