import { z } from 'zod';

/** Event types of webhooks. https://pusher.com/docs/channels/server_api/webhooks/ */
export const WEBHOOK_EVENTS = [
  ...['channel_occupied', 'channel_vacated', 'member_added', 'member_removed'],
  ...['client_event', 'cache_miss', 'subscription_count'],
] as const;

export type Webhook = {
  readonly url: string;
  /** The events it receives; all if absent. */
  readonly events?: readonly string[] | undefined;
};

/** One app of the Pusher protocol: its backend has the secret, its clients have the key. */
export type AppSettings = {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  /** The namespace of its channels: `name` is `<namespace>:name`. */
  readonly namespace: string;
  readonly enabled: boolean;
  /** Concurrent connections; 0 means unlimited. */
  readonly maxConnections: number;
  readonly clientEvents: boolean;
  readonly clientEventsPerSecond: number;
  /** Per event. */
  readonly maxEventBytes: number;
  readonly maxPresenceMembers: number;
  /** Whether clients receive subscription counts. */
  readonly subscriptionCounts: boolean;
  readonly webhooks: readonly Webhook[];
};

/** The namespace of an app in the settings that names none. */
export const DEFAULT_APP_NAMESPACE = 'pusher';
const SECRET_LENGTH = 16;

const word = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-"');
const yesOrNo = z.boolean('must be true or false');
const count = z.int('must be a whole number').min(0, 'must be 0 or more').max(10_000_000, 'must be at most 10000000');
const atLeastOne = z
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(1_000_000, 'must be at most 1000000');
const address = z.string().max(2_000, 'is too long').refine(isHttpAddress, 'must be an http(s) address');

/** The configuration fields of an app, with a description of each. */
export const APP_FIELDS = {
  id: { schema: word, default: undefined, doc: 'its id, as backends name it' },
  key: { schema: word, default: undefined, doc: 'what its clients show; public' },
  secret: {
    schema: z.string().min(SECRET_LENGTH, `must have at least ${SECRET_LENGTH} characters`).max(200, 'is too long'),
    default: undefined,
    doc: `what its backend signs with; at least ${SECRET_LENGTH} characters`,
  },
  namespace: {
    schema: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a name of a-z, 0-9, "_" and "-"'),
    default: DEFAULT_APP_NAMESPACE,
    doc: 'where its channels are for clients of other protocols: `NAME` is `<namespace>:NAME`',
  },
  enabled: { schema: yesOrNo, default: true, doc: 'whether it takes connections and requests' },
  maxConnections: { schema: count, default: 0, doc: 'connections at once; 0: no bound' },
  clientEvents: { schema: yesOrNo, default: true, doc: 'whether clients may send `client-` events' },
  clientEventsPerSecond: { schema: atLeastOne, default: 10, doc: 'how many of them a connection' },
  maxEventBytes: { schema: atLeastOne, default: 10_240, doc: "most bytes of an event's data" },
  maxPresenceMembers: { schema: atLeastOne, default: 100, doc: 'most users in a presence channel' },
  subscriptionCounts: { schema: yesOrNo, default: false, doc: 'whether clients are told how many subscribe' },
  webhooks: {
    schema: z
      .array(z.strictObject({ url: address, events: z.array(z.enum(WEBHOOK_EVENTS)).optional() }))
      .max(20, 'must be at most 20'),
    default: [],
    doc: 'a list of `{"url": …, "events": […]}`: which address is told of what; of everything without `events`',
  },
} as const satisfies Record<keyof AppSettings, { schema: z.ZodType; default: unknown; doc: string }>;

function isHttpAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
