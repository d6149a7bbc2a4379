import { KIB, MIB } from './byte-units.ts';
import { integer, type Setting } from './setting.ts';

/** Pings, recovery, frame sizes and compression of client connections. */
export const CONNECTION_SETTINGS = {
  historyLimit: integer({
    env: 'BANYAN_HISTORY_LIMIT',
    default: 300,
    min: 1,
    max: 10_000,
    doc: 'Maximum publications of one history request or one recovery.',
  }),
  pingSeconds: integer({
    env: 'BANYAN_PING_SECONDS',
    default: 25,
    min: 2,
    max: 600,
    doc: 'Interval between pings.',
  }),
  pongSeconds: integer({
    env: 'BANYAN_PONG_SECONDS',
    default: 8,
    min: 1,
    max: 599,
    doc: 'How long the server waits for the answer to a ping before it closes the connection. Must be less than `pingSeconds`.',
  }),
  socketIoRecoverySeconds: integer({
    env: 'BANYAN_SOCKET_IO_RECOVERY_SECONDS',
    default: 120,
    min: 0,
    max: 86_400,
    doc: 'How long a disconnected Socket.IO client can recover its rooms and missed events. 0 turns recovery off; events then carry no offset.',
  }),
  maxFrameBytes: integer({
    env: 'BANYAN_MAX_FRAME_BYTES',
    default: 64 * KIB,
    min: KIB,
    max: 16 * MIB,
    doc: "Maximum size of a client's frame; a client that sends a larger one is disconnected.",
  }),
  maxConnectionBacklogBytes: integer({
    env: 'BANYAN_MAX_CONNECTION_BACKLOG_BYTES',
    default: MIB,
    min: 16 * KIB,
    max: 256 * MIB,
    doc: 'Maximum bytes buffered for a slow client. Beyond it the connection is closed and the client reconnects. Recoveries and history pages use at most half of it.',
  }),
  compressFromBytes: integer({
    env: 'BANYAN_COMPRESS_FROM_BYTES',
    default: 0,
    min: 0,
    max: 16 * MIB,
    doc: 'WebSocket frames of at least this size are compressed for clients that offer permessage-deflate; 512 is a good value. 0 turns compression off. Costs and gains: [0018](decisions/0018-under-pressure.md).',
  }),
  compressFanoutBytes: integer({
    env: 'BANYAN_COMPRESS_FANOUT_BYTES',
    default: 512 * KIB,
    min: 0,
    max: 1_024 * MIB,
    doc: 'A frame to a channel is compressed once per subscriber, which blocks the server meanwhile. If its bytes times its subscribers exceed this value, it is sent uncompressed. 512 KiB take 4 ms in frames of 1.6 KB and 10 ms in frames of 600 bytes.',
  }),
} as const satisfies Record<string, Setting>;
