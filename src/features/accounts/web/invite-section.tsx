import { useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import type { Invite } from '../../../contracts/accounts/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { formatShort } from '../../../ui/dates.ts';
import { failureText } from '../../../ui/error-text.ts';
import { operationKey, useOperation } from '../../../ui/queries.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { showToast } from '../../../ui/toast.tsx';
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
  const [role, setRole] = useState<(typeof ROLES)[number]>('member');
  const [uses, setUses] = useState(0);
  const queries = useQueryClient();
  const { data, isError, refetch } = useOperation(client, 'accounts.invites', {});
  const change = (next: (invites: readonly Invite[]) => readonly Invite[]) =>
    queries.setQueryData(operationKey('accounts.invites', {}), (known: Output<'accounts.invites'> | undefined) =>
      known === undefined ? known : { ...known, invites: [...next(known.invites)] },
    );
  const attempt = (action: () => Promise<void>) =>
    action().catch((error) => showToast(t('accounts.failed', { reason: failureText(error, t) }), 'error'));
  const create = () =>
    attempt(async () => {
      const invite = await client.call('accounts.createInvite', { role, uses: USES[uses]?.uses ?? null });
      // A list that failed to load is loaded again, which includes the new one.
      if (data === undefined) void refetch();
      else change((known) => [invite, ...known]);
      await copyAndTell(linkOf(invite.code), t, true);
    });
  const revoke = (code: string) =>
    attempt(async () => {
      await client.call('accounts.revokeInvite', { code });
      change((known) => known.filter((invite) => invite.code !== code));
    });
  return (
    <Section title={t('accounts.invite')}>
      <div className="flex flex-wrap items-end gap-3">
        <label className="flex flex-col gap-1 text-sm">
          {t('accounts.inviteRole')}
          <select
            value={role}
            onChange={(event) => setRole(event.target.value as typeof role)}
            className="rounded-lg border border-line bg-raised px-2 py-2"
          >
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {t(`accounts.role.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="flex flex-col gap-1 text-sm">
          {t('accounts.inviteUses')}
          <select
            value={uses}
            onChange={(event) => setUses(Number(event.target.value))}
            className="rounded-lg border border-line bg-raised px-2 py-2"
          >
            {USES.map(({ key }, index) => (
              <option key={key} value={index}>
                {t(key)}
              </option>
            ))}
          </select>
        </label>
        <Button variant="primary" onClick={() => void create()}>
          {t('accounts.createLink')}
        </Button>
      </div>
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
