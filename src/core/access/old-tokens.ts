import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { Protocol } from '../protocol/protocol.ts';

/** Verifies a token sent in a refresh; if it has expired, rejects so that its client reconnects (TK5). */
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
