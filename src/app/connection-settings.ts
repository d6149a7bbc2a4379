import { KIB, MIB } from './byte-units.ts';
import { integer, type Setting } from './setting.ts';

/** Pings, recovery, frame sizes and compression of client connections. */
export const CONNECTION_SETTINGS = {
  historyLimit: integer({
    env: 'BANYAN_HISTORY_LIMIT',
    default: 300,
    min: 1,
    max: 10_000,
    doc: 'Publications that one history read, or one recovery, gives at most.',
  }),
  pingSeconds: integer({
    env: 'BANYAN_PING_SECONDS',
    default: 25,
    min: 2,
    max: 600,
    doc: 'How often a connection is pinged.',
  }),
  pongSeconds: integer({
    env: 'BANYAN_PONG_SECONDS',
    default: 8,
    min: 1,
    max: 599,
    doc: 'How long the answer to a ping may take before the connection is closed. Less than `pingSeconds`.',
  }),
  socketIoRecoverySeconds: integer({
    env: 'BANYAN_SOCKET_IO_RECOVERY_SECONDS',
    default: 120,
    min: 0,
    max: 86_400,
    doc: 'How long a Socket.IO client that has lost its line is brought back into its rooms, with what it missed. 0: never; its events then end without the offset that it would bring.',
  }),
  maxFrameBytes: integer({
    env: 'BANYAN_MAX_FRAME_BYTES',
    default: 64 * KIB,
    min: KIB,
    max: 16 * MIB,
    doc: 'Largest frame taken from a client; one that sends more is disconnected.',
  }),
  maxConnectionBacklogBytes: integer({
    env: 'BANYAN_MAX_CONNECTION_BACKLOG_BYTES',
    default: MIB,
    min: 16 * KIB,
    max: 256 * MIB,
    doc: 'What may wait for a slow reader. Past it the connection is closed; the client comes back. Recoveries and history pages give at most half of it.',
  }),
  compressFromBytes: integer({
    env: 'BANYAN_COMPRESS_FROM_BYTES',
    default: 0,
    min: 0,
    max: 16 * MIB,
    doc: 'WebSocket frames of so many bytes and more are compressed for clients that offer it (permessage-deflate); 512 is a good floor. 0: none are. What that costs and brings: [0018](decisions/0018-under-pressure.md).',
  }),
  compressFanoutBytes: integer({
    env: 'BANYAN_COMPRESS_FANOUT_BYTES',
    default: 512 * KIB,
    min: 0,
    max: 1_024 * MIB,
    doc: 'A frame to a channel is compressed anew for each subscriber, and meanwhile nobody else is served: where its bytes times its subscribers are more than this, it goes out as it is. 512 KiB take 4 ms in frames of 1.6 KB, and 10 ms in frames of 600 bytes.',
  }),
} as const satisfies Record<string, Setting>;
