import { useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import type { RoomInvite, RoomSummary } from '../../../contracts/chat/contract.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { formatShort } from '../../../ui/dates.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { operationKey, useOperation } from '../../../ui/queries.tsx';
import { SelectField } from '../../../ui/select-field.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useAction, useChat } from './chat-context.tsx';

type Props = { readonly room: RoomSummary; readonly onClose: () => void };

const EXPIRIES = [
  { key: 'chat.inviteDay', hours: 24 },
  { key: 'chat.inviteWeek', hours: 168 },
  { key: 'chat.inviteForever', hours: null },
] as const;
const USES = [
  { key: 'chat.inviteUnlimited', uses: null },
  { key: 'chat.inviteTen', uses: 10 },
  { key: 'chat.inviteOnce', uses: 1 },
] as const;

/** Group links: creates, copies and revokes them. */
export function InvitesDialog({ room, onClose }: Props) {
  const { t } = useTranslation();
  const { client } = useChat();
  const act = useAction();
  const queries = useQueryClient();
  const { data, isError, refetch } = useOperation(client, 'chat.invites', { room: room.id });
  const change = (next: (invites: readonly RoomInvite[]) => readonly RoomInvite[]) =>
    queries.setQueryData(
      operationKey('chat.invites', { room: room.id }),
      (known: Output<'chat.invites'> | undefined) =>
        known === undefined ? known : { ...known, invites: [...next(known.invites)] },
    );
  const form = useForm({
    initial: {
      expiry: 'chat.inviteWeek' as (typeof EXPIRIES)[number]['key'],
      uses: 'chat.inviteUnlimited' as (typeof USES)[number]['key'],
    },
    input: ({ expiry, uses }) => ({
      room: room.id,
      expiresInHours: EXPIRIES.find(({ key }) => key === expiry)?.hours ?? null,
      uses: USES.find(({ key }) => key === uses)?.uses ?? null,
    }),
    send: async (input) => {
      const invite = await client.call('chat.createInvite', input);
      // A list that failed to load is loaded again, which includes the new one.
      if (data === undefined) void refetch();
      else change((known) => [invite, ...known]);
      await copyAndTell(linkOf(invite.code), t, true);
    },
  });
  const revoke = (code: string) =>
    act(async () => {
      await client.call('chat.revokeInvite', { room: room.id, code });
      change((known) => known.filter((invite) => invite.code !== code));
    });
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.inviteLink')} description={t('chat.inviteText')}>
      <form {...form.props} className="flex flex-wrap items-end gap-3">
        <SelectField
          label={t('chat.inviteExpiry')}
          value={form.values.expiry}
          options={EXPIRIES.map(({ key }) => ({ value: key, label: t(key) }))}
          onChange={(expiry) => form.set('expiry', expiry)}
        />
        <SelectField
          label={t('chat.inviteUses')}
          value={form.values.uses}
          options={USES.map(({ key }) => ({ value: key, label: t(key) }))}
          onChange={(uses) => form.set('uses', uses)}
        />
        <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting}>
          {t('chat.createLink')}
        </Button>
        <FormProblem text={form.problem} />
      </form>
      {data === undefined && !isError && <Skeleton className="mt-4 h-16" />}
      {isError && data === undefined && <ErrorState text={t('chat.invitesFailed')} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <ul className="mt-4 flex flex-col gap-2">
          {data.invites.length === 0 && <li className="text-sm text-muted">{t('chat.noInvites')}</li>}
          {data.invites.map((invite) => (
            <InviteRow key={invite.code} invite={invite} onRevoke={() => void revoke(invite.code)} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function linkOf(code: string): string {
  return `${location.origin}/i/${code}`;
}

type RowProps = { readonly invite: RoomInvite; readonly onRevoke: () => void };

function InviteRow({ invite, onRevoke }: RowProps) {
  const { t, i18n } = useTranslation();
  const until =
    invite.expiresAt === null
      ? t('chat.neverExpires')
      : t('chat.expires', { when: formatShort(invite.expiresAt, i18n.language) });
  return (
    <li className="flex items-center gap-2 rounded-lg border border-line p-2">
      <div className="min-w-0 flex-1">
        <input
          readOnly
          aria-label={t('chat.inviteLink')}
          value={linkOf(invite.code)}
          onFocus={(event) => event.target.select()}
          className="w-full truncate bg-transparent text-sm outline-none"
        />
        <p className="text-xs text-muted">
          {until}
          {invite.usesLeft !== null && ` · ${t('chat.usesLeft', { count: invite.usesLeft })}`}
        </p>
      </div>
      <IconButton label={t('chat.copyLink')} onClick={() => void copyAndTell(linkOf(invite.code), t)}>
        <Copy size={16} />
      </IconButton>
      <Button variant="quiet" onClick={onRevoke}>
        {t('chat.revoke')}
      </Button>
    </li>
  );
}
