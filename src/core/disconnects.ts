/**
 * Why the server closes a connection: WebSocket close code and reason. By range the client reconnects (3000–3499) or
 * not (3500–3999). Codes of the Centrifuge protocol (https://centrifugal.dev/docs/server/codes).
 */
export const DISCONNECTS = {
  connectionClosed: { code: 3000, reason: 'connection closed' },
  shutdown: { code: 3001, reason: 'shutdown' },
  internal: { code: 3004, reason: 'internal server error' },
  expired: { code: 3005, reason: 'connection expired' },
  subscriptionExpired: { code: 3006, reason: 'subscription expired' },
  slow: { code: 3008, reason: 'slow' },
  insufficientState: { code: 3010, reason: 'insufficient state' },
  forceReconnect: { code: 3011, reason: 'force reconnect' },
  noPong: { code: 3012, reason: 'no pong' },
  tooManyRequests: { code: 3013, reason: 'too many requests' },
  invalidToken: { code: 3500, reason: 'invalid token' },
  badRequest: { code: 3501, reason: 'bad request' },
  stale: { code: 3502, reason: 'stale' },
  forceDisconnect: { code: 3503, reason: 'force disconnect' },
  connectionLimit: { code: 3504, reason: 'connection limit' },
  permissionDenied: { code: 3507, reason: 'permission denied' },
  notAvailable: { code: 3508, reason: 'not available' },
} as const;

export type DisconnectName = keyof typeof DISCONNECTS;

/** Whether clients reconnect after a close code, ours or (from 4000) a developer's own. */
export function reconnects(code: number): boolean {
  return code < 3_500 || (code >= 4_000 && code < 4_500);
}

/** Why the server ends a subscription. At 2500 and above the client resubscribes by itself. */
export const UNSUBSCRIBES = {
  server: { code: 2000, reason: 'server unsubscribe' },
  insufficientState: { code: 2500, reason: 'insufficient state' },
  expired: { code: 2501, reason: 'subscription expired' },
} as const;

export type UnsubscribeName = keyof typeof UNSUBSCRIBES;

/** Thrown by a command handler to close the connection instead of answering. */
export class DisconnectError extends Error {
  override readonly name = 'DisconnectError';
  /** `ending`: a developer's own code and reason, sent instead. */
  constructor(
    readonly kind: DisconnectName,
    readonly ending?: { readonly code: number; readonly reason: string },
  ) {
    super(DISCONNECTS[kind].reason);
  }
}
