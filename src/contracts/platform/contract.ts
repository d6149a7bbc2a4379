import { z } from 'zod';
import { APP_FIELDS, WEBHOOK_EVENTS } from '../app-settings.ts';
import { hasInvisible, isVisible } from '../names.ts';
import { defineOperation } from '../operation.ts';

const time = z.number().int();
const count = z.number().int();
const nothing = z.object({});
const id = z.string().min(1).max(64);
/** The owner's name for it. */
const label = z
  .string()
  .trim()
  .max(60)
  .refine((name) => !hasInvisible(name), 'must not contain invisible characters')
  .refine(isVisible, 'must not be empty');
/** From the settings, which only the operator changes, or created at run time. */
const source = z.enum(['settings', 'stored']);
/** Who created it; null for those of the settings. */
const made = { createdAt: time.nullable(), createdBy: z.string().nullable() };

/** Null: all of them. */
const methods = z.array(z.string().max(40)).max(50).nullable();
/** Null: all of them, and methods without a channel. */
const namespaces = z.array(z.string().max(32)).max(200).nullable();

/** A key of the server API, without the key itself. */
export const apiKey = z.object({
  id,
  /** '' for a key of the settings without a name. */
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
  /** True for a stored app whose id or key the settings also have: it accepts no connections. */
  shadowed: z.boolean(),
  ...made,
});
export type AppInfo = z.infer<typeof app>;

/** Work that has failed in all attempts, and waits for a decision. */
export const deadLetter = z.object({
  id,
  /** The kind of work: `webhook`. */
  queue: z.string(),
  /** The target: for a webhook the app's id and the address. */
  lane: z.string(),
  createdAt: time,
  failedAt: time,
  /** The number of attempts. */
  attempts: count,
  /** The error of the last attempt. */
  reason: z.string(),
  /** Of its data. */
  bytes: count,
});
export type DeadLetterInfo = z.infer<typeof deadLetter>;

/** API keys, apps and dead letters: what the owner manages while the server runs. */
export const platformContract = {
  listApiKeys: defineOperation({
    name: 'apiKeys.list',
    summary:
      'The keys of the server API, those of the settings first, then the newest; and the methods and namespaces a key can be limited to.',
    access: 'owner',
    input: nothing,
    output: z.object({
      keys: z.array(apiKey),
      choices: z.object({ methods: z.array(z.string()), namespaces: z.array(z.string()) }),
    }),
  }),
  createApiKey: defineOperation({
    name: 'apiKeys.create',
    summary: 'Creates a key of the server API. The key itself is in this response only.',
    access: 'owner',
    input: z.object({ name: label, methods: methods.default(null), namespaces: namespaces.default(null) }),
    output: z.object({ key: apiKey, secret: z.string() }),
  }),
  updateApiKey: defineOperation({
    name: 'apiKeys.update',
    summary: "Changes a key's name or scope at once; absent fields stay unchanged.",
    access: 'owner',
    input: z.object({ id, name: label.optional(), methods: methods.optional(), namespaces: namespaces.optional() }),
    output: apiKey,
  }),
  revokeApiKey: defineOperation({
    name: 'apiKeys.revoke',
    summary: 'Revokes a key at once and permanently. It stays in the list for a while.',
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
      'Creates an app. Its secret is in this response only. Id, key and secret are generated if absent; an app that moves here keeps its own, so that its clients and backends need no change.',
    access: 'owner',
    input: z.object({
      name: label,
      id: APP_FIELDS.id.schema.optional(),
      key: APP_FIELDS.key.schema.optional(),
      secret: APP_FIELDS.secret.schema.optional(),
      /** If absent, a new one. If another app uses it, they share its channels. */
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
    summary: 'Changes an app at once; absent fields stay unchanged. A disabled app loses its connections.',
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
      'Gives an app a new secret. The old one stops working, and clients have to be authorized again with the new one.',
    access: 'owner',
    input: z.object({ id }),
    output: z.object({ app, secret: z.string() }),
  }),
  deleteApp: defineOperation({
    name: 'apps.delete',
    summary: "Deletes an app and closes its connections. Its channels' history is kept as long as before.",
    access: 'owner',
    input: z.object({ id }),
    output: nothing,
  }),

  listDeadLetters: defineOperation({
    name: 'deadLetters.list',
    summary: 'Permanently failed work, newest first; and how much of it there is, and how much is pending.',
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
      /** Pending work, for comparison. */
      waiting: count,
    }),
  }),
  getDeadLetter: defineOperation({
    name: 'deadLetters.get',
    summary: 'One of them, with its data.',
    access: 'owner',
    input: z.object({ id }),
    /** `data` is JSON text. */
    output: deadLetter.extend({ data: z.string() }),
  }),
  retryDeadLetter: defineOperation({
    name: 'deadLetters.retry',
    summary: 'Retries one, with as many attempts as new work.',
    access: 'owner',
    input: z.object({ id }),
    output: nothing,
  }),
  retryAllDeadLetters: defineOperation({
    name: 'deadLetters.retryAll',
    summary: 'Retries all current ones.',
    access: 'owner',
    input: nothing,
    output: z.object({ count }),
  }),
  discardDeadLetter: defineOperation({
    name: 'deadLetters.discard',
    summary: 'Deletes one.',
    access: 'owner',
    input: z.object({ id }),
    output: nothing,
  }),
  discardAllDeadLetters: defineOperation({
    name: 'deadLetters.discardAll',
    summary: 'Deletes all current ones.',
    access: 'owner',
    input: nothing,
    output: z.object({ count }),
  }),
} as const;
