import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { perMeasure } from './events.ts';

const nothing = z.object({});
const time = z.number().int();
const count = z.number().int().min(0);
const channelName = z.string().min(1).max(255);
const clientId = z.string().min(1).max(255);
const userId = z.string().min(1).max(255);
/** A page's `next` or `previous`. */
const cursor = z.string().max(1_000);
const limit = z.number().int().min(1).max(100).default(50);
const page = { after: cursor.optional(), before: cursor.optional(), limit };
/** The page's position in the list; null if there is no further page on that side. */
const place = { skipped: count, total: count, previous: z.string().nullable(), next: z.string().nullable() };

const userKind = z.enum(['user', 'external', 'app']);

/** The user of a connection: a person here, a user named by a token, a client of an app, or anonymous. */
const owner = z.object({ kind: z.enum(['user', 'external', 'app', 'anonymous']), user: z.string(), app: z.string() });

const connection = z.object({
  client: z.string(),
  owner,
  /** The protocol's short name: `cj`, `si` … */
  protocol: z.string(),
  /** An endless HTTP response instead of a socket. */
  isStream: z.boolean(),
  address: z.string(),
  openedAt: time,
  lastSeenAt: time,
  /** False until it has authenticated. */
  isConnected: z.boolean(),
  subscriptions: count,
  /** Bytes buffered for the client. */
  backlog: count,
});
export type ConnectionInfo = z.infer<typeof connection>;

const audience = z.enum(['nobody', 'feature', 'backend', 'subscribedUsers', 'subscribers', 'users', 'everyone']);
const rules = z.object({
  namespace: z.string(),
  type: z.enum(['stream', 'map', 'mapClients', 'mapUsers', 'sharedPoll']),
  history: z.enum(['none', 'memory', 'durable']),
  /** Publications kept per channel, and for how many milliseconds; 0 means unlimited. */
  historySize: count,
  historyTtlMs: count,
  presence: z.boolean(),
  joinLeave: z.boolean(),
  recovery: z.enum(['stream', 'cache']),
  subscribe: audience,
  publish: audience,
  readHistory: audience,
  readPresence: audience,
});

const publication = z.object({
  offset: count,
  time,
  /** JSON text. */
  data: z.string(),
  user: z.string(),
  client: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  /** In a map: the entry that was set or removed. */
  entry: z.string().nullable(),
  isRemoval: z.boolean(),
});
export type PublicationInfo = z.infer<typeof publication>;

const measures = z.object(perMeasure(() => z.array(z.number().nullable())));

export const consoleContract = {
  metrics: defineOperation({
    name: 'console.metrics',
    summary: 'One sample per second for the last 15 minutes, oldest first; `console:metrics` continues it.',
    access: 'owner',
    input: nothing,
    output: z.object({
      at: z.array(time),
      measures,
      disconnects: z.array(z.object({ at: time, reason: z.string(), count })),
    }),
  }),
  connections: defineOperation({
    name: 'console.connections',
    summary: 'Open connections, newest first: all, or those whose user, client id or address contains the text.',
    access: 'owner',
    input: z.object({ text: z.string().trim().max(255).default(''), ...page }),
    output: z.object({ connections: z.array(connection), ...place }),
  }),
  connection: defineOperation({
    name: 'console.connection',
    summary: 'One connection, with the first 200 of its channels; null when it is closed.',
    access: 'owner',
    input: z.object({ client: clientId }),
    output: z.object({ connection: connection.extend({ channels: z.array(z.string()) }).nullable() }),
  }),
  disconnect: defineOperation({
    name: 'console.disconnect',
    summary: 'Closes one connection; returns the number closed, 0 if it was already.',
    access: 'owner',
    input: z.object({ client: clientId }),
    output: z.object({ ended: count }),
  }),
  disconnectUser: defineOperation({
    name: 'console.disconnectUser',
    summary: 'Closes all connections of a person, of a user named by tokens, or of a signed-in user of an app.',
    access: 'owner',
    input: z.object({ kind: userKind, user: userId, app: z.string().max(255).default('') }),
    output: z.object({ ended: count }),
  }),
  channels: defineOperation({
    name: 'console.channels',
    summary: 'Channels with subscribers whose name starts with a text, by name or by subscriber count.',
    access: 'owner',
    input: z.object({
      prefix: z.string().max(255).default(''),
      order: z.enum(['name', 'subscribers']).default('name'),
      ...page,
    }),
    output: z.object({
      channels: z.array(
        z.object({
          channel: z.string(),
          subscribers: count,
          history: rules.shape.history,
          /** It belongs to a feature; see `console.channel`. */
          isClosed: z.boolean(),
        }),
      ),
      ...place,
    }),
  }),
  channel: defineOperation({
    name: 'console.channel',
    summary: 'A channel, with or without subscribers: its options, subscriber count and position.',
    access: 'owner',
    input: z.object({ channel: channelName }),
    output: z.object({
      channel: z.string(),
      rules,
      /** It belongs to a feature, such as a room of the messenger: its content is not shown here. */
      isClosed: z.boolean(),
      subscribers: count,
      /** Null without history. */
      position: z.object({ epoch: z.string(), offset: count }).nullable(),
      /** Null without presence. */
      present: z.object({ clients: count, users: count }).nullable(),
    }),
  }),
  history: defineOperation({
    name: 'console.history',
    summary: "A channel's history, newest first, before an offset. Not for channels of features.",
    access: 'owner',
    input: z.object({
      channel: channelName,
      before: z.number().int().min(1).optional(),
      limit: z.number().int().min(1).max(50).default(20),
    }),
    output: z.object({
      publications: z.array(publication),
      /** Cursor of the next page; null at the end. */
      next: count.nullable(),
    }),
  }),
  presence: defineOperation({
    name: 'console.presence',
    summary: 'Who is in a channel, by user. Not for channels of features.',
    access: 'owner',
    input: z.object({ channel: channelName, ...page }),
    output: z.object({
      clients: z.array(z.object({ user: z.string(), client: z.string(), info: z.string().nullable() })),
      ...place,
    }),
  }),
  publish: defineOperation({
    name: 'console.publish',
    summary: 'Publishes JSON text in a channel; with an entry in a map. Not for channels of features.',
    access: 'owner',
    input: z.object({
      channel: channelName,
      data: z.string().max(65_536),
      entry: z.string().min(1).max(255).optional(),
    }),
    output: z.object({ offset: count, epoch: z.string(), time }),
  }),
  removeHistory: defineOperation({
    name: 'console.removeHistory',
    summary: "Removes a channel's history; offsets continue. Not for channels of features.",
    access: 'owner',
    input: z.object({ channel: channelName }),
    output: nothing,
  }),
} as const;
