import PusherServer from 'pusher';
import PusherClient from 'pusher-js';
import { next } from '../pusher-world.ts';
import type { Heard, Way } from './way.ts';

const SECRET = 'a secret for the tests of all clients';

/** An app for each namespace of the tests: its id and key equal the namespace's name. */
export const PUSHER_APPS = ['log', 'demo'].map((namespace) => ({
  ...{ id: namespace, key: namespace, secret: SECRET, namespace },
}));

/**
 * pusher-js receives, and the backend's package publishes. An event has no offset: the channel is new, so counting
 * gives it.
 */
export const pusherWay: Way = {
  name: 'pusher-js and its backend',
  join: async ({ url }, channel) => {
    const { hostname, port } = new URL(url);
    const [key = '', name = ''] = channel.split(':');
    const backend = new PusherServer({ appId: key, key, secret: SECRET, host: hostname, port, useTLS: false });
    const client = new PusherClient(key, {
      ...{ cluster: '', wsHost: hostname, wsPort: Number(port), forceTLS: false, enabledTransports: ['ws'] },
    });
    const heard: Heard[] = [];
    const subscription = client.subscribe(name);
    subscription.bind('message', (data: unknown) => heard.push([heard.length + 1, data]));
    await next(subscription, 'pusher:subscription_succeeded');
    return {
      heard,
      say: (data) => backend.trigger(name, 'message', data),
      leave: () => client.disconnect(),
    };
  },
};
