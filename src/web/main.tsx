import '../ui/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SignInProvider } from '../features/accounts/web/account-context.tsx';
import { SignIn } from '../features/accounts/web/sign-in-state.ts';
import { QueriesProvider } from '../ui/queries.tsx';
import { startTheme } from '../ui/theme.ts';
import { Toaster } from '../ui/toast.tsx';
import { startI18n } from './i18n.ts';
import { Routes } from './routes.tsx';

startTheme();
await startI18n();
const signIn = new SignIn();
signIn.followOtherTabs();
void signIn.check();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <SignInProvider value={signIn}>
      <QueriesProvider>
        <Routes />
      </QueriesProvider>
      <Toaster />
    </SignInProvider>
  </StrictMode>,
);
