import { integer, type Setting } from './setting.ts';

/** The largest value: practically unlimited. */
const MAX_RATE = 1_000_000;

/** What clients may use of the server, and how it sends them away. */
export const LIMIT_SETTINGS = {
  channelLimit: integer({
    env: 'BANYAN_CHANNEL_LIMIT',
    default: 128,
    min: 1,
    max: 100_000,
    doc: 'Maximum client-side subscriptions per connection.',
  }),
  commandsPerSecond: integer({
    env: 'BANYAN_COMMANDS_PER_SECOND',
    default: 10_000,
    min: 0,
    max: MAX_RATE,
    doc: 'Commands per second of one connection, including publications. 0 means no limit here and in all limits below. Excess commands get error 111; a client that continues is disconnected (3013) and may reconnect. With `clientInsecure`, this limit and those down to `connectsPerSecond` are off.',
  }),
  publicationsPerSecond: integer({
    env: 'BANYAN_PUBLICATIONS_PER_SECOND',
    default: 0,
    min: 0,
    max: MAX_RATE,
    doc: 'The same of publications alone.',
  }),
  userCommandsPerSecond: integer({
    env: 'BANYAN_USER_COMMANDS_PER_SECOND',
    default: 20_000,
    min: 0,
    max: MAX_RATE,
    doc: 'Commands per second of all connections and requests of one user. Unauthenticated requests are counted per IP address.',
  }),
  userPublicationsPerSecond: integer({
    env: 'BANYAN_USER_PUBLICATIONS_PER_SECOND',
    default: 0,
    min: 0,
    max: MAX_RATE,
    doc: 'The same of publications alone.',
  }),
  userReadBytesPerSecond: integer({
    env: 'BANYAN_USER_READ_BYTES_PER_SECOND',
    default: 16 * 1_024 * 1_024,
    min: 0,
    max: 1_000_000_000_000,
    doc: 'Bytes per second that one user may read: history, presence, recoveries, results of operations. Bursts of two seconds are allowed. Excess reads wait; none is refused. Unauthenticated requests are counted per IP address.',
  }),
  burstSeconds: integer({
    env: 'BANYAN_BURST_SECONDS',
    default: 2,
    min: 1,
    max: 3_600,
    doc: 'Burst size of these rates and of the rates of new connections, in seconds.',
  }),
  userChannelLimit: integer({
    env: 'BANYAN_USER_CHANNEL_LIMIT',
    default: 0,
    min: 0,
    max: 10_000_000,
    doc: 'Maximum client-side subscriptions of all connections of one user (error 106).',
  }),
  userConnectionLimit: integer({
    env: 'BANYAN_USER_CONNECTION_LIMIT',
    default: 0,
    min: 0,
    max: 10_000_000,
    doc: 'Maximum concurrent connections per user. Excess connections are closed with 3504, after which clients do not reconnect by themselves.',
  }),
  addressConnectionLimit: integer({
    env: 'BANYAN_ADDRESS_CONNECTION_LIMIT',
    default: 10_000,
    min: 0,
    max: 10_000_000,
    doc: 'Maximum concurrent connections per IP address (IPv6: per /64). Excess connections are refused with 429. Connections from this machine are not limited. Behind a proxy on another machine, list the proxy in `trustedProxies`; otherwise all clients share its address.',
  }),
  addressConnectsPerSecond: integer({
    env: 'BANYAN_ADDRESS_CONNECTS_PER_SECOND',
    default: 500,
    min: 0,
    max: MAX_RATE,
    doc: 'New connections per second and IP address, with the same rules.',
  }),
  connectionLimit: integer({
    env: 'BANYAN_CONNECTION_LIMIT',
    default: 0,
    min: 0,
    max: 100_000_000,
    doc: 'Maximum concurrent connections of this process. Excess connections are refused with 503 and a `Retry-After`.',
  }),
  connectsPerSecond: integer({
    env: 'BANYAN_CONNECTS_PER_SECOND',
    default: 2_500,
    min: 0,
    max: MAX_RATE,
    doc: 'New connections per second of this process. Excess connections, as after a restart, are told to reconnect one after the other, so that existing connections are not slowed down. A drain closes connections at the same rate. The default uses half of one slow core.',
  }),
  drainSeconds: integer({
    env: 'BANYAN_DRAIN_SECONDS',
    default: 3,
    min: 0,
    max: 3_600,
    doc: 'Maximum duration of a drain on shutdown. Connections are closed at `connectsPerSecond`, so that they do not all reach the next process at once. 0 or a second signal closes all immediately. The supervisor must wait 10 seconds longer than this before it kills the process.',
  }),
} as const satisfies Record<string, Setting>;

/** What people may do to each other in chats. */
export const CHAT_RATE_SETTINGS = {
  chatMessagesPerMinute: integer({
    env: 'BANYAN_CHAT_MESSAGES_PER_MINUTE',
    default: 1_200,
    min: 0,
    max: MAX_RATE,
    doc: 'Messages, edits, reactions and recalls per minute of one person in all rooms; half of it may come in one burst. 0 means no limit here and below. Excess requests get error 111 with the time to wait. The owner, admins and programs that use their accounts have ten times these limits.',
  }),
  chatRoomMessagesPerMinute: integer({
    env: 'BANYAN_CHAT_ROOM_MESSAGES_PER_MINUTE',
    default: 600,
    min: 0,
    max: MAX_RATE,
    doc: 'The same per room, including direct chats.',
  }),
  chatRoomsPerHour: integer({
    env: 'BANYAN_CHAT_ROOMS_PER_HOUR',
    default: 60,
    min: 0,
    max: MAX_RATE,
    doc: 'New groups and new direct chats per hour that one person creates.',
  }),
  chatAddsPerHour: integer({
    env: 'BANYAN_CHAT_ADDS_PER_HOUR',
    default: 1_000,
    min: 0,
    max: MAX_RATE,
    doc: 'People per hour that one person adds to groups, including the first members of new groups.',
  }),
  chatPairAddsPerHour: integer({
    env: 'BANYAN_CHAT_PAIR_ADDS_PER_HOUR',
    default: 20,
    min: 0,
    max: MAX_RATE,
    doc: 'How often per hour one person may add the same other person to groups or new direct chats.',
  }),
  chatInvitesPerHour: integer({
    env: 'BANYAN_CHAT_INVITES_PER_HOUR',
    default: 60,
    min: 0,
    max: MAX_RATE,
    doc: 'Invitation links to groups per hour that one person creates.',
  }),
} as const satisfies Record<string, Setting>;
