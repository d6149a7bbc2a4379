import { StartError } from '../../app/start-error.ts';

/** Converts `ws://localhost:8000/` to `http://localhost:8000`. Throws `StartError` for an invalid URL. */
export function originOf(given: string): string {
  const rule = 'must be http(s)://host:port, without a path';
  const url = URL.parse(given.replace(/^ws(s?):/i, 'http$1:'));
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.username === '';
  if (!isOrigin) throw new StartError(`the URL ${rule}, not ${JSON.stringify(given)}`);
  return url.origin;
}
