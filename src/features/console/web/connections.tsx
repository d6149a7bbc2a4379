import { PlugZap, SearchX, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ConnectionInfo } from '../../../contracts/console/contract.ts';
import { IconButton } from '../../../ui/button.tsx';
import { writtenOut } from '../../../ui/direction.ts';
import { PlaceLink, useConsole } from './console-context.tsx';
import { ListScreen } from './list-screen.tsx';
import { formatBytes, formatCount, formatSince } from './numbers.ts';
import { OwnerAvatar, useOwnerKind, useOwnerName } from './owner-label.tsx';
import type { Place } from './place.ts';
import { protocolName } from './protocol-name.ts';
import { CELL, type Column, NUMBER_CELL, ROW, ROW_LINK, Table, WIDE } from './table.tsx';
import { useDisconnecting } from './use-disconnecting.ts';
import { useLoaded } from './use-loaded.ts';

type Props = Extract<Place, { screen: 'connections' }>;

/** The open connections. */
export function Connections({ text, page }: Props) {
  const { t } = useTranslation();
  const { go } = useConsole();
  const [loaded, reload] = useLoaded('console.connections', { text, ...page });
  const disconnecting = useDisconnecting(reload);
  const columns: readonly Column[] = [
    { label: t('console.who') },
    { label: t('console.protocol'), wide: true },
    { label: t('console.address'), wide: true },
    { label: t('console.since'), wide: true },
    { label: t('console.subscriptions'), isNumber: true },
    { label: t('console.backlog'), wide: true, isNumber: true },
    { label: t('console.actions'), wide: true, isNumber: true },
  ];
  return (
    <ListScreen
      title={t('console.connections')}
      text={t('console.connectionsText')}
      search={{
        label: t('console.searchConnections'),
        value: text,
        onSearch: (next) => go({ screen: 'connections', text: next, page: {} }, { replace: true }),
      }}
      loaded={loaded}
      onReload={reload}
      at={(next) => ({ screen: 'connections', text, page: next })}
      countOf={({ connections }) => connections.length}
      empty={
        text === ''
          ? { icon: <PlugZap size={32} />, title: t('console.noConnections') }
          : { icon: <SearchX size={32} />, title: t('console.noMatch', { text }), text: t('console.searchHint') }
      }
    >
      {({ connections }, isStale) => (
        <>
          <Table label={t('console.connections')} columns={columns} isStale={isStale}>
            {connections.map((connection) => (
              <ConnectionRow
                key={connection.client}
                connection={connection}
                onDisconnect={(name) => disconnecting.one({ connection, name })}
              />
            ))}
          </Table>
          {disconnecting.dialog}
        </>
      )}
    </ListScreen>
  );
}

type RowProps = { readonly connection: ConnectionInfo; readonly onDisconnect: (name: string) => void };

function ConnectionRow({ connection, onDisconnect }: RowProps) {
  const { t, i18n } = useTranslation();
  const { client, owner, address, openedAt, subscriptions, backlog } = connection;
  const name = useOwnerName(owner);
  const kind = useOwnerKind(owner);
  const protocol = protocolName(connection.protocol, connection.isStream);
  const since = formatSince(openedAt, i18n.language);
  return (
    <tr className={ROW}>
      <td className={`${CELL} w-full max-w-0`}>
        <div className="flex items-center gap-3">
          <OwnerAvatar owner={owner} />
          <div className="min-w-0">
            <PlaceLink to={{ screen: 'connection', client }} className={`${ROW_LINK} block truncate`}>
              {writtenOut(name)}
            </PlaceLink>
            <p className={`truncate text-xs text-muted ${WIDE}`}>{[kind, client].filter(Boolean).join(' · ')}</p>
            <p className="truncate text-xs text-muted md:hidden">{[protocol, address, since].join(' · ')}</p>
          </div>
        </div>
      </td>
      <td className={`${CELL} ${WIDE} whitespace-nowrap`}>{protocol}</td>
      <td className={`${CELL} ${WIDE} whitespace-nowrap tabular-nums`}>{address}</td>
      <td className={`${CELL} ${WIDE} whitespace-nowrap`}>{since}</td>
      <td className={NUMBER_CELL}>{formatCount(subscriptions, i18n.language)}</td>
      <td className={`${NUMBER_CELL} ${WIDE} whitespace-nowrap`}>{formatBytes(backlog, i18n.language)}</td>
      <td className={`${WIDE} px-3 text-right`}>
        <IconButton
          label={t('console.disconnectName', { name })}
          onClick={() => onDisconnect(name)}
          className="relative z-10 hover:text-danger"
        >
          <Unplug size={18} />
        </IconButton>
      </td>
    </tr>
  );
}
