import { useTranslation } from 'react-i18next';
import { AppLink } from '../../../ui/app-link.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { useOperation } from '../../../ui/queries.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useSignIn } from './account-context.tsx';
import { checkSignIn } from './checks.ts';
import { Gate } from './gate.tsx';

/** `registerAt`: the address that is shown where anyone may register. */
export function SignInScreen({ registerAt }: { readonly registerAt: string }) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const form = useForm({
    initial: { login: '', password: '' },
    input: (values) => values,
    check: checkSignIn,
    countedBy: ['login'],
    send: async (input) => signIn.enter(await signIn.guest.call('accounts.signIn', input, { overHttp: true })),
    explain: (error) => {
      if (error.name === 'unauthorized') return t('accounts.wrongLogin');
      return error.name === 'permissionDenied' ? t('accounts.shutOut') : undefined;
    },
  });
  return (
    <Gate title={t('accounts.signInTitle')}>
      <form {...form.props} className="flex flex-col gap-4">
        <TextField
          label={t('accounts.login')}
          {...form.field('login')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
        />
        <TextField
          label={t('accounts.password')}
          type="password"
          {...form.field('password')}
          autoComplete="current-password"
          required
        />
        <FormProblem text={form.problem} />
        <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting}>
          {t('accounts.signIn')}
        </Button>
      </form>
      <WayIn registerAt={registerAt} />
    </Gate>
  );
}

/** How to get an account, depending on the registration mode. */
function WayIn({ registerAt }: { readonly registerAt: string }) {
  const { t } = useTranslation();
  const { guest } = useSignIn();
  const { data: status } = useOperation(guest, 'accounts.status', {}, { overHttp: true });
  if (status === undefined) return null;
  return (
    <p className="mt-6 text-center text-sm text-muted">
      {t('accounts.noAccount')}{' '}
      {status.registration === 'open' ? (
        <AppLink to={registerAt} className="text-accent underline">
          {t('accounts.register')}
        </AppLink>
      ) : (
        t('accounts.needInvite')
      )}
    </p>
  );
}
