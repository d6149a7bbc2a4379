import { z } from 'zod';
import { APP_FIELDS, WEBHOOK_EVENTS } from '../app-settings.ts';
import { hasInvisible, isVisible } from '../names.ts';
import { defineOperation } from '../operation.ts';

const time = z.number().int();
const count = z.number().int();
const nothing = z.object({});
const id = z.string().min(1).max(64);
/** What the owner calls it. */
const label = z
  .string()
  .trim()
  .max(60)
  .refine((name) => !hasInvisible(name), 'must not contain invisible characters')
  .refine(isVisible, 'must not be empty');
/** From the settings, which only the operator changes, or made here. */
const source = z.enum(['settings', 'stored']);
/** Who made it; null for what settings state. */
const made = { createdAt: time.nullable(), createdBy: z.string().nullable() };

/** Null: all of them. */
const methods = z.array(z.string().max(40)).max(50).nullable();
/** Null: all of them, and what no channel is named for. */
const namespaces = z.array(z.string().max(32)).max(200).nullable();

/** A key of the server API, without what it opens it with. */
export const apiKey = z.object({
  id,
  /** '' for one that has no name, in the settings. */
  name: z.string(),
  source,
  /** Its first characters; '' for one of the settings. */
  hint: z.string(),
  methods,
  namespaces,
  revoked: z.boolean(),
  ...made,
});
export type ApiKeyInfo = z.infer<typeof apiKey>;

const { enabled, maxConnections, clientEvents, clientEventsPerSecond } = APP_FIELDS;
const { maxEventBytes, maxPresenceMembers, subscriptionCounts, webhooks } = APP_FIELDS;

/** An app of the Pusher protocol, without its secret. */
export const app = z.object({
  id,
  key: z.string(),
  /** '' for one of the settings. */
  name: z.string(),
  source,
  namespace: z.string(),
  enabled: enabled.schema,
  maxConnections: maxConnections.schema,
  clientEvents: clientEvents.schema,
  clientEventsPerSecond: clientEventsPerSecond.schema,
  maxEventBytes: maxEventBytes.schema,
  maxPresenceMembers: maxPresenceMembers.schema,
  subscriptionCounts: subscriptionCounts.schema,
  webhooks: webhooks.schema,
  /** Clients that are connected now. */
  connections: count,
  /** True for a stored one whose id or key the settings have, too: it takes nobody in. */
  shadowed: z.boolean(),
  ...made,
});
export type AppInfo = z.infer<typeof app>;

/** Work that was tried as often as it may, and waits for somebody to decide. */
export const deadLetter = z.object({
  id,
  /** What kind of work: `webhook`. */
  queue: z.string(),
  /** Whom it is for: of a webhook the app's id and the address. */
  lane: z.string(),
  createdAt: time,
  failedAt: time,
  /** How often it was tried. */
  attempts: count,
  /** Why it failed the last time. */
  reason: z.string(),
  /** Of what it would do. */
  bytes: count,
});
export type DeadLetterInfo = z.infer<typeof deadLetter>;

/** API keys, apps and dead letters: what the owner looks after while the server runs. */
export const platformContract = {
  listApiKeys: defineOperation({
    name: 'apiKeys.list',
    summary:
      'The keys of the server API, those of the settings first, then the newest; and what a key can be bound to.',
    access: 'owner',
    input: nothing,
    output: z.object({
      keys: z.array(apiKey),
      choices: z.object({ methods: z.array(z.string()), namespaces: z.array(z.string()) }),
    }),
  }),
  createApiKey: defineOperation({
    name: 'apiKeys.create',
    summary: 'Makes a key of the server API. The key itself is in this answer and nowhere else.',
    access: 'owner',
    input: z.object({ name: label, methods: methods.default(null), namespaces: namespaces.default(null) }),
    output: z.object({ key: apiKey, secret: z.string() }),
  }),
  updateApiKey: defineOperation({
    name: 'apiKeys.update',
    summary: 'Changes the name of a key or what it opens; at once, and what is left out stays.',
    access: 'owner',
    input: z.object({ id, name: label.optional(), methods: methods.optional(), namespaces: namespaces.optional() }),
    output: apiKey,
  }),
  revokeApiKey: defineOperation({
    name: 'apiKeys.revoke',
    summary: 'Makes a key worthless, at once and for good. It stays in the list for a while.',
    access: 'owner',
    input: z.object({ id }),
    output: apiKey,
  }),

  listApps: defineOperation({
    name: 'apps.list',
    summary: 'The apps of the Pusher protocol, those of the settings first, then the newest.',
    access: 'owner',
    input: nothing,
    output: z.object({
      apps: z.array(app),
      choices: z.object({ namespaces: z.array(z.string()), webhookEvents: z.array(z.enum(WEBHOOK_EVENTS)) }),
    }),
  }),
  createApp: defineOperation({
    name: 'apps.create',
    summary:
      'Makes an app. Its secret is in this answer and in no later one. Id, key and secret are chosen where they are left out; an app that moves here brings its own, so that its clients and backends stay as they are.',
    access: 'owner',
    input: z.object({
      name: label,
      id: APP_FIELDS.id.schema.optional(),
      key: APP_FIELDS.key.schema.optional(),
      secret: APP_FIELDS.secret.schema.optional(),
      /** Left out: one of its own. That of another app: its channels are that one's, too. */
      namespace: APP_FIELDS.namespace.schema.optional(),
      enabled: enabled.schema.default(enabled.default),
      maxConnections: maxConnections.schema.default(maxConnections.default),
      clientEvents: clientEvents.schema.default(clientEvents.default),
      clientEventsPerSecond: clientEventsPerSecond.schema.default(clientEventsPerSecond.default),
      maxEventBytes: maxEventBytes.schema.default(maxEventBytes.default),
      maxPresenceMembers: maxPresenceMembers.schema.default(maxPresenceMembers.default),
      subscriptionCounts: subscriptionCounts.schema.default(subscriptionCounts.default),
      webhooks: webhooks.schema.default([]),
    }),
    output: z.object({ app, secret: z.string() }),
  }),
  updateApp: defineOperation({
    name: 'apps.update',
    summary: 'Changes an app, at once; what is left out stays. One that is no longer enabled loses its connections.',
    access: 'owner',
    input: z.object({
      id,
      name: label.optional(),
      enabled: enabled.schema.optional(),
      maxConnections: maxConnections.schema.optional(),
      clientEvents: clientEvents.schema.optional(),
      clientEventsPerSecond: clientEventsPerSecond.schema.optional(),
      maxEventBytes: maxEventBytes.schema.optional(),
      maxPresenceMembers: maxPresenceMembers.schema.optional(),
      subscriptionCounts: subscriptionCounts.schema.optional(),
      webhooks: webhooks.schema.optional(),
    }),
    output: app,
  }),
  rotateAppSecret: defineOperation({
    name: 'apps.rotateSecret',
    summary:
      'Gives an app another secret. The old one signs nothing any more, and clients have to come back with what the new one signs.',
    access: 'owner',
    input: z.object({ id }),
    output: z.object({ app, secret: z.string() }),
  }),
  deleteApp: defineOperation({
    name: 'apps.delete',
    summary: 'Removes an app and ends its connections. What was published in its channels is kept as long as before.',
    access: 'owner',
    input: z.object({ id }),
    output: nothing,
  }),

  listDeadLetters: defineOperation({
    name: 'deadLetters.list',
    summary: 'Work that could not be done, the newest first; and how much there is, and still waits to be done.',
    access: 'owner',
    input: z.object({
      /** `next` of the page before. */
      after: z.string().max(40).optional(),
      limit: z.number().int().min(1).max(100).default(50),
    }),
    output: z.object({
      letters: z.array(deadLetter),
      /** Null: there are no more. */
      next: z.string().nullable(),
      total: count,
      bytes: count,
      /** Work that is still to be done, for comparison. */
      waiting: count,
    }),
  }),
  getDeadLetter: defineOperation({
    name: 'deadLetters.get',
    summary: 'One of them, with what it would do.',
    access: 'owner',
    input: z.object({ id }),
    /** `data` is JSON text. */
    output: deadLetter.extend({ data: z.string() }),
  }),
  retryDeadLetter: defineOperation({
    name: 'deadLetters.retry',
    summary: 'Has one tried again, as often as new work.',
    access: 'owner',
    input: z.object({ id }),
    output: nothing,
  }),
  retryAllDeadLetters: defineOperation({
    name: 'deadLetters.retryAll',
    summary: 'Has all that there are now tried again.',
    access: 'owner',
    input: nothing,
    output: z.object({ count }),
  }),
  discardDeadLetter: defineOperation({
    name: 'deadLetters.discard',
    summary: 'Throws one away.',
    access: 'owner',
    input: z.object({ id }),
    output: nothing,
  }),
  discardAllDeadLetters: defineOperation({
    name: 'deadLetters.discardAll',
    summary: 'Throws away all that there are now.',
    access: 'owner',
    input: nothing,
    output: z.object({ count }),
  }),
} as const;
