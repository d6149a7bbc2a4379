import { Lock, Radio, SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { writtenOut } from '../../../ui/direction.ts';
import { HISTORIES } from './channel-rules.tsx';
import { PlaceLink, useConsole } from './console-context.tsx';
import { ListScreen } from './list-screen.tsx';
import { formatCount } from './numbers.ts';
import type { ChannelOrder, Place } from './place.ts';
import { CELL, type Column, NUMBER_CELL, ROW, ROW_LINK, Table, WIDE } from './table.tsx';
import { useLoaded } from './use-loaded.ts';

type Props = Extract<Place, { screen: 'channels' }>;

/** Channels with subscribers; any other can be opened by its name. */
export function Channels({ prefix, order, page }: Props) {
  const { t, i18n } = useTranslation();
  const { go } = useConsole();
  const [loaded, reload] = useLoaded('console.channels', { prefix, order, ...page });
  const columns: readonly Column[] = [
    { label: t('console.channel') },
    { label: t('console.history'), wide: true },
    { label: t('console.subscribers'), isNumber: true },
  ];
  const open = prefix !== '' && <OpenByName channel={prefix} />;
  return (
    <ListScreen
      title={t('console.channels')}
      text={t('console.channelsText')}
      search={{
        label: t('console.searchChannels'),
        value: prefix,
        onSearch: (next) => go({ screen: 'channels', prefix: next, order, page: {} }, { replace: true }),
        more: (
          <>
            <OrderPicker
              order={order}
              onPick={(next) => go({ screen: 'channels', prefix, order: next, page: {} }, { replace: true })}
            />
            {open}
          </>
        ),
      }}
      loaded={loaded}
      onReload={reload}
      at={(next) => ({ screen: 'channels', prefix, order, page: next })}
      countOf={({ channels }) => channels.length}
      empty={
        prefix === ''
          ? { icon: <Radio size={32} />, title: t('console.noChannels'), text: t('console.noChannelsText') }
          : { icon: <SearchX size={32} />, title: t('console.noMatch', { text: prefix }), text: t('console.openHint') }
      }
    >
      {({ channels }, isStale) => (
        <Table label={t('console.channels')} columns={columns} isStale={isStale}>
          {channels.map(({ channel, subscribers, history, isClosed }) => (
            <tr key={channel} className={ROW}>
              <td className={`${CELL} w-full max-w-0`}>
                <PlaceLink to={{ screen: 'channel', channel }} className={`${ROW_LINK} block truncate font-mono`}>
                  {isClosed && (
                    <Lock size={14} className="mr-2 inline text-faint" aria-label={t('console.ofFeature')} />
                  )}
                  {writtenOut(channel)}
                </PlaceLink>
              </td>
              <td className={`${CELL} ${WIDE} whitespace-nowrap text-muted`}>{t(HISTORIES[history])}</td>
              <td className={NUMBER_CELL}>{formatCount(subscribers, i18n.language)}</td>
            </tr>
          ))}
        </Table>
      )}
    </ListScreen>
  );
}

function OpenByName({ channel }: { readonly channel: string }) {
  const { t } = useTranslation();
  return (
    <PlaceLink
      to={{ screen: 'channel', channel }}
      className="max-w-64 truncate rounded-lg bg-accent-soft px-3 py-1.5 font-medium hover:opacity-90"
    >
      {t('console.openChannel', { channel })}
    </PlaceLink>
  );
}

const ORDERS = ['name', 'subscribers'] as const;

function OrderPicker({
  order,
  onPick,
}: {
  readonly order: ChannelOrder;
  readonly onPick: (order: ChannelOrder) => void;
}) {
  const { t } = useTranslation();
  return (
    <select
      aria-label={t('console.order')}
      value={order}
      onChange={(event) => onPick(event.target.value as ChannelOrder)}
      className="rounded-lg border border-line bg-raised px-2 py-1.5"
    >
      {ORDERS.map((each) => (
        <option key={each} value={each}>
          {t(`console.order.${each}`)}
        </option>
      ))}
    </select>
  );
}
