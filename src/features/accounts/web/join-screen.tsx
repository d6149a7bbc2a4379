import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { Button } from '../../../ui/button.tsx';
import { plainName } from '../../../ui/direction.ts';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { useOperation } from '../../../ui/queries.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../../ui/states.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useSignIn } from './account-context.tsx';
import { Gate } from './gate.tsx';

type Props = {
  /** The invitation; absent if anyone may register. */
  readonly code?: string;
  readonly onSignIn: () => void;
};
type Invitation = Output<'accounts.inviteInfo'>;
type Info = Invitation | 'none' | 'loading' | 'gone' | 'failed';

/** Creates an account, with or without an invitation. */
export function JoinScreen({ code, onSignIn }: Props) {
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
      <button type="button" onClick={onSignIn} className="text-accent underline">
        {t('accounts.signIn')}
      </button>
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
  const [displayName, setDisplayName] = useState('');
  const [handle, setHandle] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const form = useForm({
    fields: ['displayName', 'handle', 'email', 'password'],
    send: async () => {
      const optional = {
        ...(displayName.trim() !== '' && { displayName }),
        ...(email.trim() !== '' && { email }),
        ...(code !== undefined && { invite: code }),
      };
      signIn.enter(await signIn.guest.call('accounts.register', { handle, password, ...optional }, { overHttp: true }));
    },
  });
  return (
    <form onSubmit={form.submit} className="flex flex-col gap-4">
      <TextField
        label={t('accounts.displayName')}
        value={displayName}
        onChange={(event) => setDisplayName(event.target.value)}
        error={form.error('displayName')}
        autoComplete="name"
        maxLength={60}
        autoFocus
      />
      <TextField
        label={t('accounts.handle')}
        value={handle}
        onChange={(event) => setHandle(event.target.value.toLowerCase())}
        error={form.error('handle')}
        hint={t('accounts.handleHint')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={30}
        required
      />
      <TextField
        label={t('accounts.email')}
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={form.error('email')}
        autoComplete="email"
      />
      <TextField
        label={t('accounts.password')}
        type="password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={form.error('password')}
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
