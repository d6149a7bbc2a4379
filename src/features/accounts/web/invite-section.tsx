import { Copy } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invite } from '../../../contracts/accounts/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { formatShort } from '../../../ui/dates.ts';
import { failureText } from '../../../ui/error-text.ts';
import { Problem } from '../../../ui/problem.tsx';
import { SelectField } from '../../../ui/select-field.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { Section } from './section.tsx';

const USES = [
  { key: 'accounts.inviteOnePerson', uses: 1 },
  { key: 'accounts.inviteTenPeople', uses: 10 },
  { key: 'accounts.inviteAnyone', uses: null },
] as const;
const ROLES = ['member', 'guest'] as const;

/** Links with which people can register. */
export function InviteSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const [invites, setInvites] = useState<readonly Invite[] | 'loading' | 'failed'>('loading');
  const load = useCallback(() => {
    setInvites('loading');
    client.call('accounts.invites', {}).then(
      (answer) => setInvites(answer.invites),
      () => setInvites('failed'),
    );
  }, [client]);
  useEffect(load, [load]);
  const attempt = (action: () => Promise<void>) =>
    action().catch((error) => showToast(t('accounts.failed', { reason: failureText(error, t) }), 'error'));
  const form = useForm({
    initial: {
      role: 'member' as (typeof ROLES)[number],
      uses: 'accounts.inviteOnePerson' as (typeof USES)[number]['key'],
    },
    input: ({ role, uses }) => ({ role, uses: USES.find(({ key }) => key === uses)?.uses ?? null }),
    send: async (input) => {
      const invite = await client.call('accounts.createInvite', input);
      // A list that could not be read is read again: it has the new one, too.
      if (typeof invites === 'string') load();
      else setInvites([invite, ...invites]);
      await copyAndTell(linkOf(invite.code), t, true);
    },
  });
  const revoke = (code: string) =>
    attempt(async () => {
      await client.call('accounts.revokeInvite', { code });
      setInvites((known) => (typeof known === 'string' ? known : known.filter((invite) => invite.code !== code)));
    });
  return (
    <Section title={t('accounts.invite')}>
      <form {...form.props} className="flex flex-wrap items-end gap-3">
        <SelectField
          label={t('accounts.inviteRole')}
          value={form.values.role}
          options={ROLES.map((role) => ({ value: role, label: t(`accounts.role.${role}`) }))}
          onChange={(role) => form.set('role', role)}
        />
        <SelectField
          label={t('accounts.inviteUses')}
          value={form.values.uses}
          options={USES.map(({ key }) => ({ value: key, label: t(key) }))}
          onChange={(uses) => form.set('uses', uses)}
        />
        <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting}>
          {t('accounts.createLink')}
        </Button>
        <Problem text={form.problem} />
      </form>
      {invites === 'loading' && <Skeleton className="mt-4 h-16" />}
      {invites === 'failed' && <ErrorState text={t('accounts.loadFailed')} onRetry={load} />}
      {typeof invites !== 'string' && (
        <ul aria-label={t('accounts.invitations')} className="mt-4 flex flex-col gap-2">
          {invites.length === 0 && <li className="text-sm text-muted">{t('accounts.noInvites')}</li>}
          {invites.map((invite) => (
            <InviteRow key={invite.code} invite={invite} onRevoke={() => void revoke(invite.code)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function linkOf(code: string): string {
  return `${location.origin}/join/${code}`;
}

type RowProps = { readonly invite: Invite; readonly onRevoke: () => void };

function InviteRow({ invite, onRevoke }: RowProps) {
  const { t, i18n } = useTranslation();
  const parts = [
    t(`accounts.role.${invite.role}`),
    invite.usesLeft === null ? t('accounts.anyUses') : t('accounts.usesLeft', { count: invite.usesLeft }),
    invite.expiresAt === null
      ? t('accounts.noEnd')
      : t('accounts.validUntil', { when: formatShort(invite.expiresAt, i18n.language) }),
  ];
  return (
    <li className="flex items-center gap-2 rounded-lg border border-line p-2">
      <div className="min-w-0 flex-1">
        <input
          readOnly
          aria-label={t('accounts.invite')}
          value={linkOf(invite.code)}
          onFocus={(event) => event.target.select()}
          className="w-full truncate bg-transparent text-sm outline-none"
        />
        <p className="text-xs text-muted">{parts.join(' · ')}</p>
      </div>
      <IconButton label={t('accounts.copyLink')} onClick={() => void copyAndTell(linkOf(invite.code), t)}>
        <Copy size={16} />
      </IconButton>
      <Button onClick={onRevoke}>{t('accounts.revoke')}</Button>
    </li>
  );
}
