import { join } from 'node:path';
import { centrifugeDeflateWire, centrifugeProtobufWire, centrifugeWire } from '../wires/centrifuge.ts';
import { eventStreamWire } from '../wires/event-stream.ts';
import { PUSHER_KEY, PUSHER_SECRET, pusherClientsWire, pusherWire } from '../wires/pusher.ts';
import { banyanSocketIoWire } from '../wires/socket-io.ts';
import type { Target } from './target.ts';

export const ROOT = join(import.meta.dir, '../..');

function serve(port: number, env: Record<string, string>, checkout = ROOT): ReturnType<Target['launch']> {
  return {
    command: (folder) => [
      process.execPath,
      join(checkout, 'src/cli/main.ts'),
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

/** Banyan open to anonymous clients: for channels without people. */
export const banyan: Target = {
  name: 'Banyan',
  wire: centrifugeWire,
  missing: () => null,
  launch: (port) => serve(port, { BANYAN_CLIENT_INSECURE: 'true' }),
};

/** Like `banyan`, of another checkout: to see the effect of a change. */
export const banyanOf = (checkout: string): Target => ({
  ...banyan,
  name: `Banyan in ${checkout}`,
  launch: (port) => serve(port, { BANYAN_CLIENT_INSECURE: 'true' }, checkout),
});

/** The same for Socket.IO clients. */
export const banyanSocketIo: Target = { ...banyan, name: 'Banyan, Socket.IO', wire: banyanSocketIoWire };

/** The same for Centrifuge clients with Protobuf, and for server-sent events. */
export const banyanProtobuf: Target = { ...banyan, name: 'Banyan, Protobuf', wire: centrifugeProtobufWire };
export const banyanEvents: Target = { ...banyan, name: 'Banyan, SSE', wire: eventStreamWire };

/** Compresses frames of 512 bytes and more for clients that offer it, for any number of subscribers. */
export const banyanDeflate: Target = {
  ...banyan,
  name: 'Banyan, permessage-deflate',
  wire: centrifugeDeflateWire,
  launch: (port) => {
    const compression = { BANYAN_COMPRESS_FROM_BYTES: '512', BANYAN_COMPRESS_FANOUT_BYTES: '1073741824' };
    return serve(port, { BANYAN_CLIENT_INSECURE: 'true', ...compression });
  },
};

/** The same, with Pusher clients as subscribers in the namespace `demo`. */
export const banyanWithPusher: Target = {
  ...banyan,
  name: 'Banyan, Pusher clients',
  wire: pusherWire,
  launch: (port) => {
    const app = {
      id: '1',
      key: PUSHER_KEY,
      secret: PUSHER_SECRET,
      namespace: 'demo',
      clientEventsPerSecond: 1_000_000,
    };
    return serve(port, { BANYAN_CLIENT_INSECURE: 'true', BANYAN_PUSHER_APPS: JSON.stringify([app]) });
  },
};

/** Only Pusher clients. */
export const banyanPusherClients: Target = {
  ...banyanWithPusher,
  name: 'Banyan, Pusher client events',
  wire: pusherClientsWire,
};

/** Banyan with permission checks, and open registration: for people and rooms. */
export const banyanWithPeople: Target = {
  ...banyan,
  // As a trusted proxy, the benchmark can register people from many addresses. Their rates are raised.
  launch: (port) =>
    serve(port, {
      BANYAN_REGISTRATION: 'open',
      BANYAN_TRUSTED_PROXIES: '127.0.0.1',
      BANYAN_CHAT_MESSAGES_PER_MINUTE: '0',
      BANYAN_CHAT_ROOM_MESSAGES_PER_MINUTE: '0',
    }),
};
