import { ClientError } from '../../core/errors.ts';
import { isSame } from '../../core/text/constant-time.ts';
import type { Digests } from '../../ports/digests.ts';
import type { PusherApp } from './app.ts';

/** How far a backend's clock may differ from ours. */
const CLOCK_SKEW_S = 600;

/** The parts of a backend's request its signature covers. */
export type SignedRequest = {
  readonly method: string;
  readonly pathname: string;
  readonly pairs: Pairs;
  readonly body: Uint8Array;
};

export type Query = ReadonlyMap<string, string>;
/** A query as written: a name may be repeated, as in `channels[]=a&channels[]=b`. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** Throws `ClientError` `badRequest` for an invalid query. */
export function readPairs(search: string): Pairs {
  const pairs = search.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [decode(name), decode(value.join('='))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new ClientError('badRequest', { message: 'the query is not valid', cause });
  }
}

/**
 * Throws `ClientError` `unauthorized` unless the app's backend has signed the request recently.
 * https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication
 */
export function checkSignature(app: PusherApp, request: SignedRequest, { digests, now }: SignatureSettings): void {
  const { pairs, body } = request;
  const query: Query = new Map(pairs);
  const expect = (holds: boolean, message: string) => {
    if (!holds) throw new ClientError('unauthorized', { message });
  };
  expect(isSame(query.get('auth_key') ?? '', app.settings.key), 'auth_key is not the key of this app');
  expect(query.get('auth_version') === '1.0', 'auth_version must be 1.0');
  const stamp = query.get('auth_timestamp') ?? '';
  expect(/^\d{1,15}$/.test(stamp), 'auth_timestamp must be in seconds');
  expect(Math.abs(Number(stamp) - now() / 1_000) <= CLOCK_SKEW_S, `auth_timestamp is not within ${CLOCK_SKEW_S} s`);
  const md5 = query.get('body_md5');
  if (body.length > 0 || md5 !== undefined) expect(md5 === digests.md5(body), 'body_md5 is not that of the body');
  expect(isSigned(app, request), 'auth_signature is not valid');
}

type SignatureSettings = { readonly digests: Digests; readonly now: () => number };

/** Some backends sign the unescaped path. */
function isSigned(app: PusherApp, { method, pathname, pairs }: SignedRequest): boolean {
  const given = new Map(pairs).get('auth_signature') ?? '';
  const params = pairs
    .filter(([name]) => name !== 'auth_signature')
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const signatures = [pathname, unescaped(pathname)].map((path) => app.sign(`${method}\n${path}\n${params}`));
  return signatures.map((signature) => isSame(given, signature)).includes(true);
}

function unescaped(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
