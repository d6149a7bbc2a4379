import { useLocation, useRouter } from '@tanstack/react-router';
import { useMe } from '../features/accounts/web/account-context.tsx';
import { Console, NoConsole } from '../features/console/web/console.tsx';
import { consoleLocale } from '../features/console/web/locale.ts';
import { readPlace, writePlace } from '../features/console/web/place.ts';
import { addLocale } from './i18n.ts';
import { NotFound } from './route-screens.tsx';

// Before the first render, and only on this page.
addLocale(consoleLocale);

/** The console, for owners. */
export function ConsolePage() {
  const me = useMe();
  const { history } = useRouter();
  const { pathname, searchStr } = useLocation();
  if (me.role !== 'owner') return <NoConsole />;
  const place = readPlace(pathname, searchStr);
  if (place === undefined) return <NotFound />;
  return (
    <Console
      place={place}
      go={(place, { replace = false } = {}) => history[replace ? 'replace' : 'push'](writePlace(place))}
    />
  );
}
