import { z } from 'zod';
import { type AppSettings, WEBHOOK_EVENTS } from '../protocols/pusher/protocol.ts';
import { FEATURE_NAMESPACES } from './feature-namespaces.ts';

/** The namespace of an app that names none. */
export const DEFAULT_APP_NAMESPACE = 'pusher';
const SECRET_LENGTH = 16;

const word = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-"');
const yesOrNo = z.boolean('must be true or false');
const count = z.int('must be a whole number').min(0, 'must be 0 or more').max(10_000_000, 'must be at most 10000000');
const atLeastOne = z
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(1_000_000, 'must be at most 1000000');
const address = z
  .string()
  .refine((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''), 'must be an http(s) address');

/** What an app of the settings may state, with what each field does. */
export const APP_FIELDS = {
  id: { schema: word, default: undefined, doc: 'its id, as backends name it' },
  key: { schema: word, default: undefined, doc: 'what its clients show; public' },
  secret: {
    schema: z.string().min(SECRET_LENGTH, `must have at least ${SECRET_LENGTH} characters`).max(200, 'is too long'),
    default: undefined,
    doc: `what its backend signs with; at least ${SECRET_LENGTH} characters`,
  },
  namespace: {
    schema: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a name of a-z, 0-9, "_" and "-"')
      .refine((name) => !FEATURE_NAMESPACES.has(name), "must be another name, as this one is a feature's"),
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

type Schemas = { [K in keyof typeof APP_FIELDS]: (typeof APP_FIELDS)[K]['schema'] };
const schemas = Object.fromEntries(Object.entries(APP_FIELDS).map(([field, { schema }]) => [field, schema])) as Schemas;
const defaults = Object.fromEntries(Object.entries(APP_FIELDS).map(([field, each]) => [field, each.default]));

const OWN = 'must hold apps with an id and a key of their own each';
const SHARED = 'must name the namespace of each app where one is shared: one of them would have the default by chance';

/** Apps, completed. No two have the same id or key; two share a namespace only where both say so. */
export const pusherAppsSchema = z
  .array(z.strictObject(schemas).partial().required({ id: true, key: true, secret: true }))
  .max(1_000)
  .refine((apps) => isEachOne(apps.map(({ id }) => id)) && isEachOne(apps.map(({ key }) => key)), OWN)
  .refine((apps) => apps.filter(({ namespace }) => namespace === undefined).length < 2, SHARED)
  .refine((apps) => {
    const isDefaulted = apps.some(({ namespace }) => namespace === undefined);
    return !isDefaulted || !apps.some(({ namespace }) => namespace === DEFAULT_APP_NAMESPACE);
  }, SHARED)
  // zod leaves absent fields out, so none is undefined here.
  .transform((apps) => apps.map((app) => ({ ...defaults, ...app }) as unknown as AppSettings));

function isEachOne(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
