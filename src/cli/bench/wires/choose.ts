import type { BenchOptions } from '../options.ts';
import type { Payloads } from '../payload.ts';
import { centrifugeWire } from './centrifuge.ts';
import { jsonFormat } from './centrifuge-json.ts';
import { protobufFormat } from './centrifuge-protobuf.ts';
import { pusherWire } from './pusher.ts';
import { socketIoWire } from './socketio.ts';
import { sseWire } from './sse.ts';
import type { Wire } from './wire.ts';

/** The wire of the protocol that was asked for. */
export function wireOf(options: BenchOptions, payloads: Payloads): Wire {
  const { url, '--token': token } = options;
  const protocol = options['--protocol'];
  switch (protocol) {
    case 'centrifuge':
      return centrifugeWire({ url, token, format: jsonFormat(payloads) });
    case 'centrifuge-protobuf':
      return centrifugeWire({ url, token, format: protobufFormat(payloads) });
    case 'pusher': {
      const app = { id: options['--app-id'], key: options['--app-key'], secret: options['--app-secret'] };
      return pusherWire({ url, app, payloads });
    }
    case 'socketio':
      return socketIoWire({ url, token, payloads });
    case 'sse':
      return sseWire({ url, token, payloads });
    default:
      return protocol satisfies never;
  }
}
