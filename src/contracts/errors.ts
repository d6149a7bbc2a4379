/**
 * The errors sent to clients, by code. 100–113 are the Centrifuge protocol's own
 * (https://centrifugal.dev/docs/server/codes); 400–1999 is its range for applications, where ours use HTTP's status
 * codes.
 */
export const ERRORS = {
  internal: { code: 100, message: 'internal server error', temporary: true, status: 500 },
  unauthorized: { code: 101, message: 'unauthorized', temporary: false, status: 401 },
  unknownChannel: { code: 102, message: 'unknown channel', temporary: false, status: 404 },
  permissionDenied: { code: 103, message: 'permission denied', temporary: false, status: 403 },
  methodNotFound: { code: 104, message: 'method not found', temporary: false, status: 404 },
  alreadySubscribed: { code: 105, message: 'already subscribed', temporary: false, status: 409 },
  limitExceeded: { code: 106, message: 'limit exceeded', temporary: false, status: 400 },
  badRequest: { code: 107, message: 'bad request', temporary: false, status: 400 },
  notAvailable: { code: 108, message: 'not available', temporary: false, status: 404 },
  tokenExpired: { code: 109, message: 'token expired', temporary: false, status: 401 },
  expired: { code: 110, message: 'expired', temporary: false, status: 401 },
  tooManyRequests: { code: 111, message: 'too many requests', temporary: true, status: 429 },
  unrecoverablePosition: { code: 112, message: 'unrecoverable position', temporary: false, status: 410 },
  invalidInput: { code: 400, message: 'invalid input', temporary: false, status: 400 },
  notFound: { code: 404, message: 'not found', temporary: false, status: 404 },
  conflict: { code: 409, message: 'conflict', temporary: false, status: 409 },
  gone: { code: 410, message: 'gone', temporary: false, status: 410 },
  tooLarge: { code: 413, message: 'too large', temporary: false, status: 413 },
  unsupportedEncoding: { code: 415, message: 'unsupported content encoding', temporary: false, status: 415 },
  rateLimited: { code: 429, message: 'too many attempts', temporary: false, status: 429 },
  unavailable: { code: 503, message: 'unavailable', temporary: true, status: 503 },
} as const;

export type ErrorName = keyof typeof ERRORS;
