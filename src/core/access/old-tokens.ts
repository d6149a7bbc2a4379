import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { Protocol } from '../protocol/protocol.ts';

/** What a refresh brought, verified; rejects so that its client comes back where the token has run out (TK5). */
export async function refreshedBy<T>(
  verified: Promise<T>,
  { givesUpOnOldToken }: Pick<Protocol, 'givesUpOnOldToken'>,
  ending: 'expired' | 'subscriptionExpired',
): Promise<T> {
  try {
    return await verified;
  } catch (error) {
    const isOld = error instanceof ClientError && error.kind === 'tokenExpired';
    throw isOld && givesUpOnOldToken === true ? new DisconnectError(ending) : error;
  }
}
