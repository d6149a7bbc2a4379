import { channelAuth } from '../../../src/wire-clients/pusher.ts';

export const APP_SECRET = 'a secret for the tests of any JSON';

/** An app for each namespace: its id and key equal the namespace's name. */
export const APPS = ['log', 'demo'].map((namespace) => ({
  ...{ id: namespace, key: namespace, secret: APP_SECRET, namespace, clientEvents: true },
  ...{ clientEventsPerSecond: 1_000, maxEventBytes: 65_536 },
}));

/** The signature an app's backend makes for a private channel. */
export function pusherAuth(key: string, socketId: string, channel: string): { readonly auth: string } {
  return { auth: channelAuth({ key, secret: APP_SECRET }, socketId, channel) };
}
