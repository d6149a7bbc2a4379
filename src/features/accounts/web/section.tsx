import type { ReactNode } from 'react';

type Props = { readonly title: string; readonly text?: string; readonly children: ReactNode };

/** A part of a settings page. */
export function Section({ title, text, children }: Props) {
  return (
    <section className="mb-8 rounded-2xl border border-line p-5">
      <h3 className="mb-1 font-semibold">{title}</h3>
      {text !== undefined && <p className="mb-4 text-sm text-muted">{text}</p>}
      <div className={text === undefined ? 'mt-4' : ''}>{children}</div>
    </section>
  );
}
