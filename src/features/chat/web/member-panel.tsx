import { Link2, LogOut, MoreHorizontal, Pencil, UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member, RoomSummary } from '../../../contracts/chat/contract.ts';
import { usePerson } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { Menu, type MenuItem } from '../../../ui/menu.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { VirtualList } from '../../../ui/virtual-list.tsx';
import { AddMembersDialog } from './add-members-dialog.tsx';
import { useAction, useChat } from './chat-context.tsx';
import { GroupDialog } from './group-dialog.tsx';
import { InvitesDialog } from './invites-dialog.tsx';
import { OrphanNotice } from './orphan-notice.tsx';
import { type Members, useMembers } from './use-members.ts';
import { useWhereabouts } from './use-whereabouts.ts';

type Props = { readonly room: RoomSummary; readonly onClose: () => void };
type Open = 'add' | 'invites' | 'edit' | 'leave' | null;

/** A group's members, and actions on them. */
export function MemberPanel({ room, onClose }: Props) {
  const { t } = useTranslation();
  const { client, openRoom, leaving } = useChat();
  const act = useAction();
  const [members, retry] = useMembers(room.id);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const manages = room.role !== 'member';
  const owner = members.kind === 'ready' ? members.members.find(({ role }) => role === 'owner')?.user : undefined;
  return (
    <aside
      aria-label={t('chat.members')}
      className="flex w-72 shrink-0 flex-col border-l border-line bg-surface max-md:absolute max-md:inset-0 max-md:z-10 max-md:w-full"
    >
      <header className="flex h-16 shrink-0 items-center gap-2 border-b border-line px-4">
        <h2 className="flex-1 font-semibold">{t('chat.memberCount', { count: room.memberCount })}</h2>
        <IconButton label={t('chat.hideMembers')} onClick={onClose}>
          <X size={20} />
        </IconButton>
      </header>
      <div className="flex flex-col gap-1 border-b border-line p-2">
        {manages && (
          <PanelButton icon={<UserPlus size={18} />} label={t('chat.addMembers')} onClick={() => setOpen('add')} />
        )}
        {manages && (
          <PanelButton icon={<Link2 size={18} />} label={t('chat.inviteLink')} onClick={() => setOpen('invites')} />
        )}
        {manages && (
          <PanelButton icon={<Pencil size={18} />} label={t('chat.editGroup')} onClick={() => setOpen('edit')} />
        )}
        <PanelButton icon={<LogOut size={18} />} label={t('chat.leave')} onClick={() => setOpen('leave')} />
      </div>
      {owner !== undefined && <OrphanNotice room={room.id} owner={owner} />}
      <MemberList room={room} members={members} onRetry={retry} />
      {open === 'add' && (
        <AddMembersDialog room={room} members={members.kind === 'ready' ? members.members : []} onClose={close} />
      )}
      {open === 'invites' && <InvitesDialog room={room} onClose={close} />}
      {open === 'edit' && <GroupDialog room={room} onClose={close} />}
      <ConfirmDialog
        open={open === 'leave'}
        onOpenChange={close}
        title={t('chat.leave')}
        text={t('chat.leaveText')}
        confirmLabel={t('chat.leave')}
        danger
        onConfirm={async () => {
          close();
          leaving.add(room.id);
          if (await act(() => client.call('chat.leave', { room: room.id }))) openRoom(undefined);
          else leaving.delete(room.id);
        }}
      />
    </aside>
  );
}

type PanelButtonProps = { readonly icon: React.ReactNode; readonly label: string; readonly onClick: () => void };

function PanelButton({ icon, label, onClick }: PanelButtonProps) {
  return (
    <Button variant="quiet" onClick={onClick} className="justify-start gap-3">
      {icon}
      {label}
    </Button>
  );
}

const ROW_PX = 48;

type ListProps = { readonly room: RoomSummary; readonly members: Members; readonly onRetry: () => void };

function MemberList({ room, members, onRetry }: ListProps) {
  const { t } = useTranslation();
  switch (members.kind) {
    case 'loading':
      return <Skeleton className="m-2 h-40" />;
    case 'failed':
      return (
        <div className="min-h-0 flex-1">
          <ErrorState text={t('chat.membersFailed')} onRetry={onRetry} />
        </div>
      );
    case 'ready':
      return (
        <VirtualList items={members.members} keyOf={({ user }) => user} rowHeight={ROW_PX} className="p-2">
          {(member) => <MemberRow member={member} room={room} />}
        </VirtualList>
      );
    default:
      return members satisfies never;
  }
}

const ROLE_KEYS = { owner: 'chat.roleOwner', admin: 'chat.roleAdmin', member: null } as const;
const RANK = { owner: 2, admin: 1, member: 0 } as const;

function MemberRow({ member, room }: { readonly member: Member; readonly room: RoomSummary }) {
  const { t } = useTranslation();
  const { me } = useChat();
  const person = usePerson(member.user);
  const whereabouts = useWhereabouts(member.user === me ? null : member.user);
  const name = person?.displayName ?? '…';
  const roleKey = ROLE_KEYS[member.role];
  return (
    <div className="group flex items-center gap-3 rounded-lg px-2 py-1.5 hover:bg-sunken">
      <Avatar
        id={member.user}
        name={name}
        picture={person?.picture ?? null}
        size={32}
        {...(whereabouts !== undefined && { online: whereabouts.online })}
      />
      <span className="min-w-0 flex-1 truncate">
        <bdi>{name}</bdi>
        {member.user === me && <span className="text-muted"> ({t('chat.you')})</span>}
      </span>
      {roleKey !== null && <span className="text-xs text-muted">{t(roleKey)}</span>}
      {member.user !== me && <MemberMenu member={member} room={room} name={name} />}
    </div>
  );
}

type MenuProps = { readonly member: Member; readonly room: RoomSummary; readonly name: string };

function MemberMenu({ member, room, name }: MenuProps) {
  const { t } = useTranslation();
  const { client, rooms, openRoom } = useChat();
  const act = useAction();
  const [confirming, setConfirming] = useState<'remove' | 'owner' | null>(null);
  const setRole = (role: Member['role']) =>
    act(() => client.call('chat.setMemberRole', { room: room.id, user: member.user, role }));
  const talk = () =>
    act(async () => {
      const direct = await client.call('chat.openDirect', { user: member.user });
      rooms.put(direct);
      openRoom(direct.id);
    });
  const items: MenuItem[] = [{ key: 'talk', label: t('chat.message'), onSelect: () => void talk() }];
  if (room.role === 'owner') {
    const other = member.role === 'admin' ? 'member' : 'admin';
    const label = other === 'admin' ? t('chat.makeAdmin') : t('chat.makeMember');
    items.push({ key: 'role', label, onSelect: () => void setRole(other) });
    items.push({ key: 'owner', label: t('chat.makeOwner'), onSelect: () => setConfirming('owner') });
  }
  if (RANK[room.role] > RANK[member.role]) {
    items.push({ key: 'remove', label: t('chat.remove'), danger: true, onSelect: () => setConfirming('remove') });
  }
  const confirm = () => {
    setConfirming(null);
    if (confirming === 'owner') void setRole('owner');
    else void act(() => client.call('chat.removeMember', { room: room.id, user: member.user }));
  };
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={t('chat.memberMenu', { name })}>
            <MoreHorizontal size={16} />
          </IconButton>
        }
        items={items}
      />
      <ConfirmDialog
        open={confirming !== null}
        onOpenChange={() => setConfirming(null)}
        title={confirming === 'owner' ? t('chat.makeOwner') : t('chat.remove')}
        text={confirming === 'owner' ? t('chat.makeOwnerText', { name }) : t('chat.removeText', { name })}
        confirmLabel={confirming === 'owner' ? t('chat.makeOwner') : t('chat.remove')}
        danger={confirming === 'remove'}
        onConfirm={confirm}
      />
    </>
  );
}
