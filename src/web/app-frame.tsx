import { Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignIn, useSignInState } from '../features/accounts/web/account-context.tsx';
import { SignInScreen } from '../features/accounts/web/sign-in-screen.tsx';
import type { SignedIn } from '../features/accounts/web/sign-in-state.ts';
import { AppProvider } from '../ui/app-context.tsx';
import { useArrival } from '../ui/arrival.ts';
import { ConnectionBanner } from '../ui/connection-banner.tsx';
import { Logo } from '../ui/logo.tsx';
import { QueriesProvider } from '../ui/queries.tsx';
import { ErrorState } from '../ui/states.tsx';

type Props = {
  /** Shown instead of the sign-in screen. */
  readonly whenOut?: ReactNode;
  /** Called, instead of showing the page, once someone is signed in. */
  readonly onIn?: () => void;
};

/** The frame of every page: the sign-in, and the context of signed-in pages. */
export function AppFrame({ whenOut, onIn }: Props) {
  const { t } = useTranslation();
  const state = useSignInState();
  const signIn = useSignIn();
  const { href } = useLocation();
  const isIn = state.kind === 'in';
  useArrival();
  useEffect(() => {
    if (isIn) onIn?.();
  }, [isIn, onIn]);
  switch (state.kind) {
    case 'checking':
      return <Opening />;
    case 'unreachable':
      return <ErrorState text={t('ui.unreachable')} onRetry={() => void signIn.check()} />;
    case 'out':
      return whenOut ?? <SignInScreen registerAt={href === '/' ? '/join' : `/join?next=${encodeURIComponent(href)}`} />;
    case 'in':
      return onIn === undefined ? <SignedInFrame state={state} /> : <Opening />;
    default:
      return state satisfies never;
  }
}

function SignedInFrame({ state }: { readonly state: SignedIn }) {
  const { t } = useTranslation();
  const { client, people, signedOut } = state;
  const value = { client, me: state.me.id, people, signedOut };
  return (
    // Another person gets a new page: nothing of the last one may stay.
    <AppProvider key={state.me.id} value={value}>
      <QueriesProvider>
        <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-raised focus:p-2">
          {t('ui.skip')}
        </a>
        <div className="flex h-dvh flex-col">
          <ConnectionBanner />
          <div className="min-h-0 flex-1">
            <Outlet />
          </div>
        </div>
      </QueriesProvider>
    </AppProvider>
  );
}

function Opening() {
  return (
    <div aria-busy="true" className="flex h-full items-center justify-center">
      <Logo size={56} />
    </div>
  );
}
