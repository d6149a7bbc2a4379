import { errors, jwtVerify } from 'jose';
import { DisconnectError } from './disconnects.ts';
import { ClientError } from './errors.ts';
import type { SignedIn } from './session.ts';

export type TokenVerifier = (token: string) => Promise<SignedIn>;

/**
 * Verifies connection tokens: JWTs signed with a shared secret (HS256, HS384, HS512), claims `sub` (the user, '' for
 * anonymous) and `exp`. https://centrifugal.dev/docs/server/authentication
 *
 * Without a secret every token is refused. The verifier throws `ClientError('tokenExpired')` for one that has run
 * out and `DisconnectError('invalidToken')` for any other that does not hold.
 */
export function createTokenVerifier(secret: string, now: () => number): TokenVerifier {
  const key = new TextEncoder().encode(secret);
  return async (token) => {
    if (secret === '') throw new DisconnectError('invalidToken');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256', 'HS384', 'HS512'],
        currentDate: new Date(now()),
      });
      const user: unknown = payload.sub ?? '';
      if (typeof user !== 'string') throw new DisconnectError('invalidToken');
      return {
        principal: user === '' ? { kind: 'anonymous' } : { kind: 'external', user },
        ...(payload.exp !== undefined && { expiresAt: payload.exp * 1_000 }),
      };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new ClientError('tokenExpired');
      throw new DisconnectError('invalidToken');
    }
  };
}
