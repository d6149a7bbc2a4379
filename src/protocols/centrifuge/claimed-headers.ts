import { DisconnectError } from '../../core/disconnects.ts';
import { type HeaderFields, readHeaders } from '../../core/protocol/client-headers.ts';

/** ConnectRequest.headers. Throws `DisconnectError('badRequest')` for invalid headers. */
export function claimedHeaders(pairs: Iterable<readonly [string, string]>): { readonly headers?: HeaderFields } {
  const headers = readHeaders(pairs);
  if (headers === 'wrong') throw new DisconnectError('badRequest');
  return headers === undefined ? {} : { headers };
}
