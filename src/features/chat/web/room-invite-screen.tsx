import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { ButtonLink } from '../../../ui/app-link.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { plainName } from '../../../ui/direction.ts';
import { useOperation } from '../../../ui/queries.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../../ui/states.tsx';

type Props = { readonly code: string; readonly onJoined: (room: string) => void };
type Info = Output<'chat.inviteInfo'> | 'loading' | 'gone' | 'failed';

/** The target of a group link, and the button to join. */
export function RoomInviteScreen({ code, onJoined }: Props) {
  const { t } = useTranslation();
  const { client } = useApp();
  const query = useOperation(client, 'chat.inviteInfo', { code }, { overHttp: true });
  const join = useMutation({
    mutationFn: () => client.call('chat.joinByInvite', { code }, { overHttp: true }),
    onSuccess: ({ id }) => onJoined(id),
  });
  const error = join.error ?? query.error;
  const info = error === null ? (query.data ?? 'loading') : whyNot(error);
  const retry = () => {
    join.reset();
    void query.refetch();
  };
  return (
    <main id="main" className="flex h-full items-center justify-center p-4">
      <Content info={info} busy={join.isPending} onJoin={() => join.mutate()} onOpen={onJoined} onRetry={retry} />
      <span className="sr-only">{t('chat.inviteLink')}</span>
    </main>
  );
}

function whyNot(error: unknown): 'gone' | 'failed' {
  return error instanceof BanyanError && (error.name === 'gone' || error.name === 'notFound') ? 'gone' : 'failed';
}

type ContentProps = {
  readonly info: Info;
  readonly busy: boolean;
  readonly onJoin: () => void;
  readonly onOpen: (room: string) => void;
  readonly onRetry: () => void;
};

function Content({ info, busy, onJoin, onOpen, onRetry }: ContentProps) {
  const { t } = useTranslation();
  if (info === 'loading') return <Skeleton className="h-48 w-80" />;
  if (info === 'failed') return <ErrorState text={t('chat.inviteFailed')} onRetry={onRetry} />;
  if (info === 'gone') {
    const back = (
      <ButtonLink to="/" variant="primary">
        {t('chat.goBack')}
      </ButtonLink>
    );
    return <EmptyState title={t('chat.inviteGone')} text={t('chat.inviteGoneText')} action={back} />;
  }
  return (
    <section className="flex w-80 flex-col items-center gap-4 rounded-2xl border border-line bg-raised p-6 text-center">
      <Avatar id={info.room} name={plainName(info.title)} size={64} />
      <h1 className="text-lg font-semibold">{t('chat.inviteTitle', { title: plainName(info.title) })}</h1>
      <p className="text-muted">{t('chat.inviteMembers', { count: info.memberCount })}</p>
      {info.joined ? (
        <Button variant="primary" onClick={() => onOpen(info.room)}>
          {t('chat.openRoom')}
        </Button>
      ) : (
        <Button variant="primary" busy={busy} onClick={onJoin}>
          {t('chat.join')}
        </Button>
      )}
    </section>
  );
}
