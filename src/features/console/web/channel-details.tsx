import { useQueryClient } from '@tanstack/react-query';
import { Lock, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { IconButton } from '../../../ui/button.tsx';
import { writtenOut } from '../../../ui/direction.ts';
import { failureText } from '../../../ui/error-text.ts';
import { EmptyState, ErrorState } from '../../../ui/states.tsx';
import { ChannelHistory, historyKey } from './channel-history.tsx';
import { ChannelPresence } from './channel-presence.tsx';
import { ChannelRules } from './channel-rules.tsx';
import { Facts } from './facts.tsx';
import { LoadingList } from './list-screen.tsx';
import { formatCount } from './numbers.ts';
import { STARTS } from './place.ts';
import { PublishForm } from './publish-form.tsx';
import { ScreenHeader } from './screen-header.tsx';
import { type Loaded, useLoaded } from './use-loaded.ts';
import { WayBack } from './way-back.tsx';

export type Channel = Output<'console.channel'>;

/** One channel: its options, presence and history, and publishing. */
export function ChannelDetails({ channel }: { readonly channel: string }) {
  const { t } = useTranslation();
  const [loaded, reload] = useLoaded('console.channel', { channel });
  return (
    <>
      <WayBack to={STARTS.channels} label={t('console.allChannels')} />
      <ScreenHeader title={writtenOut(channel)}>
        <IconButton label={t('console.reload')} onClick={reload}>
          <RotateCw size={18} />
        </IconButton>
      </ScreenHeader>
      <Body loaded={loaded} onReload={reload} />
    </>
  );
}

type BodyProps = { readonly loaded: Loaded<Channel>; readonly onReload: () => void };

function Body({ loaded, onReload }: BodyProps) {
  const { t } = useTranslation();
  switch (loaded.kind) {
    case 'loading':
      return <LoadingList />;
    case 'failed':
      return isNoNamespace(loaded.error) ? (
        <EmptyState title={t('console.noNamespace')} text={t('console.noNamespaceText')} />
      ) : (
        <ErrorState text={t('console.failed', { reason: failureText(loaded.error, t) })} onRetry={onReload} />
      );
    case 'ready':
      return <Details channel={loaded.value} onReload={onReload} />;
    default:
      return loaded satisfies never;
  }
}

function Details({ channel, onReload }: { readonly channel: Channel; readonly onReload: () => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const number = (count: number) => formatCount(count, i18n.language);
  const { present, position, isClosed, rules } = channel;
  const changed = () => {
    void queries.invalidateQueries({ queryKey: historyKey(channel.channel) });
    onReload();
  };
  return (
    <>
      <Facts
        facts={[
          { label: t('console.subscribers'), value: number(channel.subscribers) },
          ...(present === null
            ? []
            : [
                { label: t('console.presentClients'), value: number(present.clients) },
                { label: t('console.presentUsers'), value: number(present.users) },
              ]),
          ...(position === null
            ? []
            : [
                { label: t('console.offset'), value: number(position.offset) },
                { label: t('console.epoch'), value: position.epoch, isCode: true },
              ]),
        ]}
      />
      <ChannelRules rules={rules} />
      {isClosed ? (
        <Closed />
      ) : (
        <>
          {rules.type !== 'sharedPoll' && (
            <PublishForm channel={channel.channel} type={rules.type} onPublished={changed} />
          )}
          {position !== null && <ChannelHistory channel={channel.channel} onRemoved={changed} />}
          {present !== null && <ChannelPresence channel={channel.channel} />}
        </>
      )}
    </>
  );
}

/** Why its content is not shown. */
function Closed() {
  const { t } = useTranslation();
  return (
    <section className="flex items-start gap-4 rounded-2xl bg-accent-soft p-5">
      <Lock size={22} className="mt-0.5 shrink-0 text-accent" aria-hidden />
      <div>
        <h3 className="font-semibold">{t('console.closed')}</h3>
        <p className="mt-1 max-w-2xl text-sm">{t('console.closedText')}</p>
      </div>
    </section>
  );
}

function isNoNamespace(error: unknown): boolean {
  return error instanceof BanyanError && error.name === 'unknownChannel';
}
