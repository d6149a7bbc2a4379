import type { TurnedAway } from '../../core/arrivals.ts';
import { ClientError } from '../../core/errors.ts';

/** What whoever may not begin a connection now is told where a request can be answered: 503 or 429, with Retry-After. */
export function refusalOf({ limit, retryMs }: TurnedAway): ClientError {
  const retryAfter = retryMs / 1_000;
  switch (limit) {
    case 'addressConnections':
      return new ClientError('tooManyRequests', { message: 'too many connections of this address', retryAfter });
    case 'addressConnects':
      return new ClientError('tooManyRequests', { message: 'too many new connections of this address', retryAfter });
    case 'connections':
    case 'connects':
      return new ClientError('unavailable', { message: 'over capacity', retryAfter });
    case 'draining':
      return new ClientError('unavailable', { message: 'about to stop', retryAfter });
    default:
      return limit satisfies never;
  }
}
