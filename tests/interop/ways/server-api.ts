import { CentClient } from 'cent.js';
import { API_KEY, type Way } from './way.ts';

/** A developer's own backend: it publishes, and does not subscribe. */
export const serverApi: Way = {
  name: 'server API',
  join: async ({ url }, channel) => {
    const cent = new CentClient({ url: `${url}/api`, apiKey: API_KEY });
    return { say: (data) => cent.publish({ channel, data: data as Record<string, unknown> }), leave: () => undefined };
  },
};
