import { useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import type { RoomInvite, RoomSummary } from '../../../contracts/chat/contract.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { copyAndTell } from '../../../ui/clipboard.ts';
import { formatShort } from '../../../ui/dates.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { operationKey, useOperation } from '../../../ui/queries.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
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
  const [expiry, setExpiry] = useState(1);
  const [uses, setUses] = useState(0);
  const queries = useQueryClient();
  const { data, isError, refetch } = useOperation(client, 'chat.invites', { room: room.id });
  const change = (next: (invites: readonly RoomInvite[]) => readonly RoomInvite[]) =>
    queries.setQueryData(
      operationKey('chat.invites', { room: room.id }),
      (known: Output<'chat.invites'> | undefined) =>
        known === undefined ? known : { ...known, invites: [...next(known.invites)] },
    );
  const create = () =>
    act(async () => {
      const invite = await client.call('chat.createInvite', {
        room: room.id,
        expiresInHours: EXPIRIES[expiry]?.hours ?? null,
        uses: USES[uses]?.uses ?? null,
      });
      // A list that failed to load is loaded again, which includes the new one.
      if (data === undefined) void refetch();
      else change((known) => [invite, ...known]);
      await copyAndTell(linkOf(invite.code), t, true);
    });
  const revoke = (code: string) =>
    act(async () => {
      await client.call('chat.revokeInvite', { room: room.id, code });
      change((known) => known.filter((invite) => invite.code !== code));
    });
  return (
    <Dialog open onOpenChange={onClose} title={t('chat.inviteLink')} description={t('chat.inviteText')}>
      <div className="flex flex-wrap items-end gap-3">
        <Choice
          label={t('chat.inviteExpiry')}
          options={EXPIRIES.map(({ key }) => t(key))}
          value={expiry}
          onChange={setExpiry}
        />
        <Choice label={t('chat.inviteUses')} options={USES.map(({ key }) => t(key))} value={uses} onChange={setUses} />
        <Button variant="primary" onClick={() => void create()}>
          {t('chat.createLink')}
        </Button>
      </div>
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

type ChoiceProps = {
  readonly label: string;
  readonly options: readonly string[];
  readonly value: number;
  readonly onChange: (index: number) => void;
};

function Choice({ label, options, value, onChange }: ChoiceProps) {
  return (
    <label className="flex flex-col gap-1 text-sm">
      {label}
      <select
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        className="rounded-lg border border-line bg-raised px-2 py-2"
      >
        {options.map((option, index) => (
          <option key={option} value={index}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
