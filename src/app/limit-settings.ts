import { integer, type Setting } from './setting.ts';

/** More is no bound. */
const MAX_RATE = 1_000_000;

/** What clients may use of the server, and how it sends them away. */
export const LIMIT_SETTINGS = {
  channelLimit: integer({
    env: 'BANYAN_CHANNEL_LIMIT',
    default: 128,
    min: 1,
    max: 100_000,
    doc: 'Channels that one connection may subscribe to by itself.',
  }),
  commandsPerSecond: integer({
    env: 'BANYAN_COMMANDS_PER_SECOND',
    default: 10_000,
    min: 0,
    max: MAX_RATE,
    doc: 'Commands of one connection, publications included; 0: no bound, as in all of these. What comes faster is answered with error 111; whoever goes on all the same is disconnected (3013) and may come back. With `clientInsecure` this bound, and those down to `connectsPerSecond`, do not hold.',
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
    doc: 'Commands of all connections and requests of one user together. Unauthenticated requests are counted per IP address.',
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
    doc: 'Bytes a second that are read for one user: history, presence, recoveries, answers of operations. Two seconds of it may be used up at once; what comes faster waits for its turn, and nothing is refused. Whoever is nobody counts by their address.',
  }),
  burstSeconds: integer({
    env: 'BANYAN_BURST_SECONDS',
    default: 2,
    min: 1,
    max: 3_600,
    doc: 'How many seconds of each of these rates, and of those of new connections, may be used up at once.',
  }),
  userChannelLimit: integer({
    env: 'BANYAN_USER_CHANNEL_LIMIT',
    default: 0,
    min: 0,
    max: 10_000_000,
    doc: 'Subscriptions that all connections of one user may ask for together (error 106).',
  }),
  userConnectionLimit: integer({
    env: 'BANYAN_USER_CONNECTION_LIMIT',
    default: 0,
    min: 0,
    max: 10_000_000,
    doc: 'Connections of one user at once. One more is closed (3504), and does not come back by itself.',
  }),
  addressConnectionLimit: integer({
    env: 'BANYAN_ADDRESS_CONNECTION_LIMIT',
    default: 10_000,
    min: 0,
    max: 10_000_000,
    doc: 'Connections of one address at once; of IPv6, of one /64. One more is refused (429). This machine itself is not bounded; behind a proxy on another one, name that in `trustedProxies`, or everybody has its address.',
  }),
  addressConnectsPerSecond: integer({
    env: 'BANYAN_ADDRESS_CONNECTS_PER_SECOND',
    default: 500,
    min: 0,
    max: MAX_RATE,
    doc: 'New connections of one address, by the same rules.',
  }),
  connectionLimit: integer({
    env: 'BANYAN_CONNECTION_LIMIT',
    default: 0,
    min: 0,
    max: 100_000_000,
    doc: 'Connections of this process. One more is refused (503), and told when to try again.',
  }),
  connectsPerSecond: integer({
    env: 'BANYAN_CONNECTS_PER_SECOND',
    default: 2_500,
    min: 0,
    max: MAX_RATE,
    doc: 'New connections of this process. When more come, as after a restart, they are told to come back one after the other, so that those which are there are not harmed; a drain sends them away as fast. The default takes half of one slow core.',
  }),
  drainSeconds: integer({
    env: 'BANYAN_DRAIN_SECONDS',
    default: 3,
    min: 0,
    max: 3_600,
    doc: 'How long a stop may take to send connections away, `connectsPerSecond` of them, so that they do not reach the next process all at once; few go at once. 0, or a second signal: all at once. The supervisor must wait 10 seconds longer than this before it kills.',
  }),
} as const satisfies Record<string, Setting>;

/** What people may do to each other in chats. */
export const CHAT_RATE_SETTINGS = {
  chatMessagesPerMinute: integer({
    env: 'BANYAN_CHAT_MESSAGES_PER_MINUTE',
    default: 1_200,
    min: 0,
    max: MAX_RATE,
    doc: 'Messages, edits, reactions and recalls of one person in all rooms, half of it at once; 0: no bound, as in all of these. What comes faster gets error 111, which says when to try again. The owner and admins of the installation, and programs that run as them, may do ten times as much of all of these.',
  }),
  chatRoomMessagesPerMinute: integer({
    env: 'BANYAN_CHAT_ROOM_MESSAGES_PER_MINUTE',
    default: 600,
    min: 0,
    max: MAX_RATE,
    doc: 'The same in one room, a direct chat included.',
  }),
  chatRoomsPerHour: integer({
    env: 'BANYAN_CHAT_ROOMS_PER_HOUR',
    default: 60,
    min: 0,
    max: MAX_RATE,
    doc: 'New groups and new direct chats of one person.',
  }),
  chatAddsPerHour: integer({
    env: 'BANYAN_CHAT_ADDS_PER_HOUR',
    default: 1_000,
    min: 0,
    max: MAX_RATE,
    doc: 'People whom one person brings into groups, the first members of new ones included.',
  }),
  chatPairAddsPerHour: integer({
    env: 'BANYAN_CHAT_PAIR_ADDS_PER_HOUR',
    default: 20,
    min: 0,
    max: MAX_RATE,
    doc: 'How often one person brings the same other one into a group or a new direct chat.',
  }),
  chatInvitesPerHour: integer({
    env: 'BANYAN_CHAT_INVITES_PER_HOUR',
    default: 60,
    min: 0,
    max: MAX_RATE,
    doc: 'Invitation links into groups that one person makes.',
  }),
} as const satisfies Record<string, Setting>;
