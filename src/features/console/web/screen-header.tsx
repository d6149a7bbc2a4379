import type { ReactNode } from 'react';

type Props = { readonly title: string; readonly text?: string; readonly children?: ReactNode };

/** A screen's title and its actions. */
export function ScreenHeader({ title, text, children }: Props) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-80">
        <h2 className="text-xl font-semibold break-all">{title}</h2>
        {text !== undefined && <p className="mt-0.5 max-w-2xl text-sm text-muted">{text}</p>}
      </div>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </header>
  );
}
