import { join } from 'node:path';
import { centrifugeWire } from '../wires/centrifuge.ts';
import { PUSHER_KEY, pusherWire } from '../wires/pusher.ts';
import { banyanSocketIoWire } from '../wires/socket-io.ts';
import type { Target } from './target.ts';

export const ROOT = join(import.meta.dir, '../..');

function serve(port: number, env: Record<string, string>): ReturnType<Target['launch']> {
  return {
    command: (folder) => [
      process.execPath,
      join(ROOT, 'src/cli/main.ts'),
      'serve',
      '--port',
      String(port),
      '--data',
      join(folder, 'data'),
    ],
    env,
    livePath: '/livez',
  };
}

/** Banyan as it is, open to anonymous clients: for channels without people. */
export const banyan: Target = {
  name: 'Banyan',
  wire: centrifugeWire,
  missing: () => null,
  launch: (port) => serve(port, { BANYAN_CLIENT_INSECURE: 'true' }),
};

/** The same for clients of Socket.IO. */
export const banyanSocketIo: Target = { ...banyan, name: 'Banyan, Socket.IO', wire: banyanSocketIoWire };
/** The same, with clients of the Pusher protocol listening in the namespace `demo`. */
export const banyanWithPusher: Target = {
  ...banyan,
  name: 'Banyan, Pusher clients',
  wire: pusherWire,
  launch: (port) => {
    const app = { id: '1', key: PUSHER_KEY, secret: 'nothing here is secret', namespace: 'demo' };
    return serve(port, { BANYAN_CLIENT_INSECURE: 'true', BANYAN_PUSHER_APPS: JSON.stringify([app]) });
  },
};

/** Banyan with the check of who may what, and registration open: for people and rooms. */
export const banyanWithPeople: Target = {
  ...banyan,
  // Trusted as a proxy, the benchmark can register people from many addresses.
  launch: (port) => serve(port, { BANYAN_REGISTRATION: 'open', BANYAN_TRUSTED_PROXIES: '127.0.0.1' }),
};
