import { DEFAULT_NAMESPACES, namespacesSchema } from './namespaces-setting.ts';
import { pusherAppsSchema } from './pusher-apps-setting.ts';
import { integer, json, type Setting } from './setting.ts';

/** Namespaces of channels, and the apps that speak the Pusher protocol. */
export const CHANNEL_SETTINGS = {
  namespaces: json({
    env: 'BANYAN_NAMESPACES',
    default: DEFAULT_NAMESPACES,
    rule: 'a JSON object of namespaces by name',
    schema: namespacesSchema,
    doc: 'Channel namespaces to add to the defaults or change in them; see below.',
  }),
  pusherApps: json({
    env: 'BANYAN_PUSHER_APPS',
    default: [],
    secret: true,
    rule: 'a JSON list of apps with an id, a key and a secret each',
    schema: pusherAppsSchema,
    doc: 'Apps of the Pusher protocol; see below. The owner can create more while the server runs. Without apps the protocol is off.',
  }),
  webhookAttempts: integer({
    env: 'BANYAN_WEBHOOK_ATTEMPTS',
    default: 11,
    min: 1,
    max: 1_000,
    doc: "Delivery attempts of an app's webhook before it becomes a dead letter. Pauses double from one second to one minute: 11 attempts take about five minutes, 70 an hour. Later deliveries to the same address wait.",
  }),
} as const satisfies Record<string, Setting>;
