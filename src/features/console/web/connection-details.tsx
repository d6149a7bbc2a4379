import { RotateCw, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { writtenOut } from '../../../ui/direction.ts';
import { failureText } from '../../../ui/error-text.ts';
import { EmptyState, ErrorState } from '../../../ui/states.tsx';
import { PlaceLink } from './console-context.tsx';
import { Facts } from './facts.tsx';
import { LoadingList } from './list-screen.tsx';
import { formatBytes, formatCount, formatMoment } from './numbers.ts';
import { OwnerAvatar, useOwnerKind, useOwnerName } from './owner-label.tsx';
import { Panel } from './panel.tsx';
import { STARTS } from './place.ts';
import { protocolName } from './protocol-name.ts';
import { useDisconnecting } from './use-disconnecting.ts';
import { useLoaded } from './use-loaded.ts';
import { WayBack } from './way-back.tsx';

type Connection = NonNullable<Output<'console.connection'>['connection']>;

/** One connection: its user and channels, and a button to close it. */
export function ConnectionDetails({ client: id }: { readonly client: string }) {
  const { t } = useTranslation();
  const [loaded, reload] = useLoaded('console.connection', { client: id });
  return (
    <>
      <WayBack to={STARTS.connections} label={t('console.allConnections')} />
      {loaded.kind === 'loading' && <LoadingList />}
      {loaded.kind === 'failed' && (
        <ErrorState text={t('console.failed', { reason: failureText(loaded.error, t) })} onRetry={reload} />
      )}
      {loaded.kind === 'ready' && loaded.value.connection === null && (
        <EmptyState icon={<Unplug size={32} />} title={t('console.noSuchConnection')} text={t('console.noSuchText')} />
      )}
      {loaded.kind === 'ready' && loaded.value.connection !== null && (
        <Details connection={loaded.value.connection} onReload={reload} />
      )}
    </>
  );
}

type DetailsProps = { readonly connection: Connection; readonly onReload: () => void };

function Details({ connection, onReload }: DetailsProps) {
  const { t } = useTranslation();
  const { owner } = connection;
  const name = useOwnerName(owner);
  const kind = useOwnerKind(owner);
  const disconnecting = useDisconnecting(onReload);
  const named = { connection, name };
  return (
    <>
      <header className="mb-5 flex flex-wrap items-center gap-4">
        <OwnerAvatar owner={owner} size={64} />
        <div className="min-w-40 flex-1">
          <h2 className="text-xl font-semibold break-all">{writtenOut(name)}</h2>
          <p className="text-sm text-muted">{kind}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          <IconButton label={t('console.reload')} onClick={onReload}>
            <RotateCw size={18} />
          </IconButton>
          {owner.user !== '' && (
            <Button className="border border-line" onClick={() => disconnecting.allOf(named)}>
              {t('console.disconnectAll')}
            </Button>
          )}
          <Button variant="danger" onClick={() => disconnecting.one(named)}>
            {t('console.disconnect')}
          </Button>
        </div>
      </header>
      <ConnectionFacts connection={connection} />
      <ConnectionChannels connection={connection} />
      {disconnecting.dialog}
    </>
  );
}

function ConnectionFacts({ connection }: { readonly connection: Connection }) {
  const { t, i18n } = useTranslation();
  const { client, owner, protocol, isStream, address, openedAt, lastSeenAt, backlog } = connection;
  const moment = (ms: number) => formatMoment(ms, i18n.language);
  return (
    <Facts
      facts={[
        { label: t('console.clientId'), value: client, isCode: true },
        { label: t('console.userId'), value: writtenOut(owner.user), isCode: true },
        { label: t('console.protocol'), value: protocolName(protocol, isStream) },
        { label: t('console.address'), value: address },
        { label: t('console.since'), value: moment(openedAt) },
        { label: t('console.lastSeen'), value: moment(lastSeenAt) },
        { label: t('console.backlog'), value: formatBytes(backlog, i18n.language) },
      ].filter(({ value }) => value !== '')}
    />
  );
}

function ConnectionChannels({ connection: { channels, subscriptions } }: { readonly connection: Connection }) {
  const { t, i18n } = useTranslation();
  const count = formatCount(subscriptions, i18n.language);
  return (
    <Panel title={t('console.channelsOf', { number: count })}>
      {channels.length === 0 ? (
        <p className="text-sm text-muted">{t('console.inNoChannel')}</p>
      ) : (
        <ul className="grid gap-x-6 md:grid-cols-2">
          {channels.map((channel) => (
            <li key={channel} className="min-w-0">
              <PlaceLink
                to={{ screen: 'channel', channel }}
                className="block truncate rounded-lg px-2 py-1.5 font-mono text-sm hover:bg-sunken"
              >
                {writtenOut(channel)}
              </PlaceLink>
            </li>
          ))}
        </ul>
      )}
      {channels.length < subscriptions && (
        <p className="mt-2 text-sm text-muted">{t('console.firstOnly', { number: channels.length })}</p>
      )}
    </Panel>
  );
}
