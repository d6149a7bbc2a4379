import { useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { useMe } from '../features/accounts/web/account-context.tsx';
import { Console, NoConsole } from '../features/console/web/console.tsx';
import { consoleLocale } from '../features/console/web/locale.ts';
import { readPlace, writePlace } from '../features/console/web/place.ts';
import { addLocale } from './i18n.ts';

// Before the first render, and only on this page.
addLocale(consoleLocale);

/** The console, for owners. */
export function ConsolePage() {
  const me = useMe();
  const navigate = useNavigate();
  const { history } = useRouter();
  const { pathname, searchStr } = useLocation();
  const leave = () => void navigate({ to: '/' });
  if (me.role !== 'owner') return <NoConsole onLeave={leave} />;
  return (
    <Console
      place={readPlace(pathname, searchStr)}
      go={(place, { replace = false } = {}) => history[replace ? 'replace' : 'push'](writePlace(place))}
      onLeave={leave}
    />
  );
}
