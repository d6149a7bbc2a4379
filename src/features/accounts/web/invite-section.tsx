import { useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import type { Invite } from '../../../contracts/accounts/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { formatShort } from '../../../ui/dates.ts';
import { failureText } from '../../../ui/error-text.ts';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { operationKey, useOperation } from '../../../ui/queries.tsx';
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

/** Registration links. */
export function InviteSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const queries = useQueryClient();
  const { data, isError, refetch } = useOperation(client, 'accounts.invites', {});
  const change = (next: (invites: readonly Invite[]) => readonly Invite[]) =>
    queries.setQueryData(operationKey('accounts.invites', {}), (known: Output<'accounts.invites'> | undefined) =>
      known === undefined ? known : { ...known, invites: [...next(known.invites)] },
    );
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
      // A list that failed to load is loaded again, which includes the new one.
      if (data === undefined) void refetch();
      else change((known) => [invite, ...known]);
      await copyAndTell(linkOf(invite.code), t, true);
    },
  });
  const revoke = (code: string) =>
    attempt(async () => {
      await client.call('accounts.revokeInvite', { code });
      change((known) => known.filter((invite) => invite.code !== code));
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
        <FormProblem text={form.problem} />
      </form>
      {data === undefined && !isError && <Skeleton className="mt-4 h-16" />}
      {isError && data === undefined && <ErrorState text={t('accounts.loadFailed')} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <ul aria-label={t('accounts.invitations')} className="mt-4 flex flex-col gap-2">
          {data.invites.length === 0 && <li className="text-sm text-muted">{t('accounts.noInvites')}</li>}
          {data.invites.map((invite) => (
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
