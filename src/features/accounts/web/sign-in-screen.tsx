import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { useOperation } from '../../../ui/queries.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useSignIn } from './account-context.tsx';
import { Gate } from './gate.tsx';

/** `onRegister` is called if anyone may register. */
export function SignInScreen({ onRegister }: { readonly onRegister: () => void }) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const form = useForm({
    fields: ['login', 'password'],
    send: async () => signIn.enter(await signIn.guest.call('accounts.signIn', { login, password }, { overHttp: true })),
    explain: (error) => {
      if (error.name === 'unauthorized') return t('accounts.wrongLogin');
      return error.name === 'permissionDenied' ? t('accounts.shutOut') : undefined;
    },
  });
  return (
    <Gate title={t('accounts.signInTitle')}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <TextField
          label={t('accounts.login')}
          value={login}
          onChange={(event) => {
            setLogin(event.target.value);
            // Attempts are counted per account.
            form.forget();
          }}
          error={form.error('login')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
        />
        <TextField
          label={t('accounts.password')}
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={form.error('password')}
          autoComplete="current-password"
          required
        />
        <FormProblem text={form.problem} />
        <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting}>
          {t('accounts.signIn')}
        </Button>
      </form>
      <WayIn onRegister={onRegister} />
    </Gate>
  );
}

/** How to get an account, depending on the registration mode. */
function WayIn({ onRegister }: { readonly onRegister: () => void }) {
  const { t } = useTranslation();
  const { guest } = useSignIn();
  const { data: status } = useOperation(guest, 'accounts.status', {}, { overHttp: true });
  if (status === undefined) return null;
  return (
    <p className="mt-6 text-center text-sm text-muted">
      {t('accounts.noAccount')}{' '}
      {status.registration === 'open' ? (
        <button type="button" onClick={onRegister} className="text-accent underline">
          {t('accounts.register')}
        </button>
      ) : (
        t('accounts.needInvite')
      )}
    </p>
  );
}
