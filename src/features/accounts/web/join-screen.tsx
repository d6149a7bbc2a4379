import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { AppLink } from '../../../ui/app-link.tsx';
import { Button } from '../../../ui/button.tsx';
import { plainName } from '../../../ui/direction.ts';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { useOperation } from '../../../ui/queries.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../../ui/states.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useSignIn } from './account-context.tsx';
import { checkRegister } from './checks.ts';
import { Gate } from './gate.tsx';

type Props = {
  /** The invitation; absent if anyone may register. */
  readonly code?: string;
  /** The address of the sign-in. */
  readonly signInAt: string;
};
type Invitation = Output<'accounts.inviteInfo'>;
type Info = Invitation | 'none' | 'loading' | 'gone' | 'failed';

/** Creates an account, with or without an invitation. */
export function JoinScreen({ code, signInAt }: Props) {
  const { t } = useTranslation();
  const { guest } = useSignIn();
  const query = useOperation(
    guest,
    'accounts.inviteInfo',
    { code: code ?? '' },
    { overHttp: true, enabled: code !== undefined },
  );
  const info = code === undefined ? 'none' : infoOf(query);
  const signIn = (
    <p className="mt-6 text-center text-sm text-muted">
      {t('accounts.haveAccount')}{' '}
      <AppLink to={signInAt} className="text-accent underline">
        {t('accounts.signIn')}
      </AppLink>
    </p>
  );
  if (info === 'gone') {
    return (
      <Gate title={t('accounts.inviteGone')} text={t('accounts.inviteGoneText')}>
        <EmptyState title="" action={signIn} />
      </Gate>
    );
  }
  return (
    <Gate title={t('accounts.registerTitle')} text={textOf(info, t)}>
      {info === 'loading' && <Skeleton className="h-72 w-full" />}
      {info === 'failed' && <ErrorState text={t('accounts.loadFailed')} onRetry={() => void query.refetch()} />}
      {info !== 'loading' && info !== 'failed' && <RegisterForm code={code} />}
      {signIn}
    </Gate>
  );
}

function infoOf({ data, error }: { readonly data: Invitation | undefined; readonly error: unknown }): Info {
  if (error !== null) return error instanceof BanyanError && !error.temporary ? 'gone' : 'failed';
  return data ?? 'loading';
}

function textOf(info: Info, t: TFunction): string | undefined {
  if (typeof info === 'string') return undefined;
  if (info.role === 'owner') return t('accounts.firstOwner');
  return info.invitedBy === null ? undefined : t('accounts.invitedBy', { name: plainName(info.invitedBy) });
}

function RegisterForm({ code }: { readonly code: string | undefined }) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const form = useForm({
    initial: { displayName: '', handle: '', email: '', password: '' },
    input: ({ displayName, handle, email, password }) => ({
      ...{ handle, password },
      ...(displayName.trim() !== '' && { displayName }),
      ...(email.trim() !== '' && { email }),
      ...(code !== undefined && { invite: code }),
    }),
    check: checkRegister,
    send: async (input) => signIn.enter(await signIn.guest.call('accounts.register', input, { overHttp: true })),
  });
  return (
    <form {...form.props} className="flex flex-col gap-4">
      <TextField
        label={t('accounts.displayName')}
        {...form.field('displayName')}
        autoComplete="name"
        maxLength={60}
        autoFocus
      />
      <TextField
        label={t('accounts.handle')}
        {...form.field('handle')}
        onChange={({ target }) => form.set('handle', target.value.toLowerCase())}
        hint={t('accounts.handleHint')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={30}
        required
      />
      <TextField label={t('accounts.email')} type="email" {...form.field('email')} autoComplete="email" />
      <TextField
        label={t('accounts.password')}
        type="password"
        {...form.field('password')}
        hint={t('accounts.passwordHint')}
        autoComplete="new-password"
        minLength={10}
        required
      />
      <FormProblem text={form.problem} />
      <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting}>
        {t('accounts.register')}
      </Button>
    </form>
  );
}
