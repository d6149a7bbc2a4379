import type { DisconnectName } from '../../core/disconnects.ts';

/**
 * Close and error codes: after 4000–4099 the client does not reconnect, after 4100–4199 it reconnects later, after
 * 4200–4299 at once; 4300–4399 are other errors.
 * https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/#error-codes
 */
export const CODES = {
  unknownApp: { code: 4001, reason: 'Application does not exist' },
  appDisabled: { code: 4003, reason: 'Application disabled' },
  connectionQuota: { code: 4004, reason: 'Application is over connection quota' },
  noPath: { code: 4005, reason: 'Path not found' },
  invalidVersion: { code: 4006, reason: 'Invalid version string format' },
  unsupportedVersion: { code: 4007, reason: 'Unsupported protocol version' },
  noVersion: { code: 4008, reason: 'No protocol version supplied' },
  unauthorized: { code: 4009, reason: 'Connection is unauthorized' },
  overCapacity: { code: 4100, reason: 'Over capacity' },
  /** A moment later, when the server is up again: clients whose immediate attempt fails wait much longer. */
  restarting: { code: 4100, reason: 'Server is restarting' },
  reconnect: { code: 4200, reason: 'Generic reconnect immediately' },
  noPong: { code: 4201, reason: 'Pong reply not received' },
  inactive: { code: 4202, reason: 'Closed after inactivity' },
  badMessage: { code: 4300, reason: 'Invalid message' },
  clientEventRate: { code: 4301, reason: 'Client event rejected due to rate limit' },
  watchlistLimit: { code: 4302, reason: 'Watchlist limit exceeded' },
} as const;

export type Code = (typeof CODES)[keyof typeof CODES];

/** This protocol's code for each disconnect reason. */
export const CLOSINGS: Readonly<Record<DisconnectName, Code>> = {
  connectionClosed: CODES.reconnect,
  shutdown: CODES.restarting,
  internal: CODES.overCapacity,
  expired: CODES.unauthorized,
  subscriptionExpired: CODES.reconnect,
  slow: CODES.reconnect,
  insufficientState: CODES.reconnect,
  forceReconnect: CODES.reconnect,
  noPong: CODES.noPong,
  tooManyRequests: CODES.overCapacity,
  invalidToken: CODES.unauthorized,
  badRequest: CODES.badMessage,
  stale: CODES.inactive,
  forceDisconnect: CODES.unauthorized,
  connectionLimit: CODES.connectionQuota,
  permissionDenied: CODES.unauthorized,
  notAvailable: CODES.badMessage,
};
