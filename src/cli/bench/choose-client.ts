import { CENTRIFUGE_JSON } from '../../wire-clients/centrifuge-json.ts';
import { CENTRIFUGE_PROTOBUF } from '../../wire-clients/centrifuge-protobuf.ts';
import { plainHttpClient } from '../../wire-clients/plain-http.ts';
import { pusherBackend, pusherCodec } from '../../wire-clients/pusher.ts';
import { socketClient } from '../../wire-clients/socket-client.ts';
import { SOCKET_IO } from '../../wire-clients/socket-io.ts';
import type { WireClient } from '../../wire-clients/wire-client.ts';
import type { BenchOptions } from './options.ts';
import type { Payloads, Stamp } from './payload.ts';

/** The client for the chosen protocol. */
export function clientOf(options: BenchOptions, payloads: Payloads): WireClient<Stamp | undefined> {
  const { url, '--token': token } = options;
  const common = { url, token, read: (data: unknown) => payloads.read(data) };
  const protocol = options['--protocol'];
  switch (protocol) {
    case 'centrifuge':
      return socketClient({ ...common, codec: CENTRIFUGE_JSON });
    case 'centrifuge-protobuf':
      return socketClient({ ...common, codec: CENTRIFUGE_PROTOBUF });
    case 'pusher': {
      const app = { id: options['--app-id'], key: options['--app-key'], secret: options['--app-secret'] };
      return socketClient({ ...common, codec: pusherCodec(app.key), backend: pusherBackend(url, app) });
    }
    case 'socketio':
      return socketClient({ ...common, codec: SOCKET_IO });
    case 'sse':
      return plainHttpClient(common);
    default:
      return protocol satisfies never;
  }
}
