import type { ReactNode } from 'react';
import { Logo } from '../../../ui/logo.tsx';

type Props = { readonly title: string; readonly text?: string | undefined; readonly children: ReactNode };

/** The frame of all screens before the sign-in. */
export function Gate({ title, text, children }: Props) {
  return (
    <main id="main" className="flex min-h-full items-center justify-center bg-sunken p-4">
      <section className="w-full max-w-sm rounded-2xl border border-line bg-surface p-8 shadow-[0_8px_32px_var(--shadow)]">
        <header className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={48} />
          <h1 className="text-xl font-semibold">{title}</h1>
          {text !== undefined && <p className="text-sm text-muted">{text}</p>}
        </header>
        {children}
      </section>
    </main>
  );
}
