import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import { formatCount } from './numbers.ts';

type Rules = Output<'console.channel'>['rules'];

/** Text keys of the values' names. */
const TYPES: Readonly<Record<Rules['type'], string>> = {
  stream: 'console.type.stream',
  map: 'console.type.map',
  mapClients: 'console.type.mapClients',
  mapUsers: 'console.type.mapUsers',
  sharedPoll: 'console.type.sharedPoll',
};
export const HISTORIES: Readonly<Record<Rules['history'], string>> = {
  none: 'console.history.none',
  memory: 'console.history.memory',
  durable: 'console.history.durable',
};
const AUDIENCES: Readonly<Record<Rules['subscribe'], string>> = {
  nobody: 'console.audience.nobody',
  feature: 'console.audience.feature',
  backend: 'console.audience.backend',
  subscribedUsers: 'console.audience.subscribedUsers',
  subscribers: 'console.audience.subscribers',
  users: 'console.audience.users',
  everyone: 'console.audience.everyone',
};
const ACTIONS = ['subscribe', 'publish', 'readHistory', 'readPresence'] as const;

/** The options of a channel's namespace. */
export function ChannelRules({ rules }: { readonly rules: Rules }) {
  const { t } = useTranslation();
  const rows = useRows(rules);
  const title =
    rules.namespace === '' ? t('console.rulesOfNone') : t('console.rulesOf', { namespace: rules.namespace });
  return (
    <details className="group mb-4 rounded-2xl border border-line bg-raised">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-2xl px-4 py-3 font-medium hover:bg-sunken [&::-webkit-details-marker]:hidden">
        <ChevronRight size={18} aria-hidden className="text-muted group-open:rotate-90" />
        {title}
      </summary>
      <dl className="grid gap-x-8 px-4 pb-4 text-sm md:grid-cols-2">
        {rows.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-t border-line py-2">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function useRows(rules: Rules): readonly (readonly [name: string, value: string])[] {
  const { t, i18n } = useTranslation();
  const { history, historySize, historyTtlMs } = rules;
  const yes = (is: boolean) => (is ? t('console.yes') : t('console.no'));
  const size = historySize === 0 ? t('console.noBound') : formatCount(historySize, i18n.language);
  const seconds = formatCount(historyTtlMs / 1_000, i18n.language);
  const age = historyTtlMs === 0 ? t('console.noBound') : t('console.seconds', { number: seconds });
  return [
    [t('console.type'), t(TYPES[rules.type])],
    [t('console.history'), t(HISTORIES[history])],
    ...(history === 'none'
      ? []
      : ([
          [t('console.historySize'), size],
          [t('console.historyAge'), age],
        ] as const)),
    [t('console.keepsPresence'), yes(rules.presence)],
    [t('console.tellsJoins'), yes(rules.joinLeave)],
    ...ACTIONS.map((what) => [t(`console.may.${what}`), t(AUDIENCES[rules[what]])] as const),
  ];
}
