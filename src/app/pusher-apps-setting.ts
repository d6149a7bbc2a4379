import { z } from 'zod';
import { APP_FIELDS, type AppSettings, DEFAULT_APP_NAMESPACE, WEBHOOK_EVENTS } from '../contracts/app-settings.ts';
import { FEATURE_NAMESPACES } from './feature-namespaces.ts';

const namespace = APP_FIELDS.namespace.schema.refine(
  (name) => !FEATURE_NAMESPACES.has(name),
  "must be another name, as this one is a feature's",
);

/** The event types of webhooks. */
export const WEBHOOK_EVENT_NAMES: ReadonlySet<string> = new Set(WEBHOOK_EVENTS);

type Schemas = { [K in keyof typeof APP_FIELDS]: (typeof APP_FIELDS)[K]['schema'] };
const schemas = {
  ...(Object.fromEntries(Object.entries(APP_FIELDS).map(([field, { schema }]) => [field, schema])) as Schemas),
  namespace,
};
const defaults = Object.fromEntries(Object.entries(APP_FIELDS).map(([field, each]) => [field, each.default]));

const OWN = 'must hold apps with an id and a key of their own each';
const SHARED = 'must name the namespace of each app where one is shared: one of them would have the default by chance';

/** Apps, completed. No two have the same id or key; two share a namespace only if both name it. */
export const pusherAppsSchema = z
  .array(z.strictObject(schemas).partial().required({ id: true, key: true, secret: true }))
  .max(1_000)
  .refine((apps) => isEachOne(apps.map(({ id }) => id)) && isEachOne(apps.map(({ key }) => key)), OWN)
  .refine((apps) => apps.filter(({ namespace: named }) => named === undefined).length < 2, SHARED)
  .refine((apps) => {
    const isDefaulted = apps.some(({ namespace: named }) => named === undefined);
    return !isDefaulted || !apps.some(({ namespace: named }) => named === DEFAULT_APP_NAMESPACE);
  }, SHARED)
  // zod omits absent fields, so none is undefined here.
  .transform((apps) => apps.map((app) => ({ ...defaults, ...app }) as unknown as AppSettings));

function isEachOne(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
