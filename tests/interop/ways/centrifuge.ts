import { Centrifuge, type TransportName } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { EventSource } from 'eventsource';
import type { Heard, Way } from './way.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Format = 'json' | 'protobuf';
type Transport = 'websocket' | 'http_stream' | 'sse';

/** The official client, by everything that it can be carried on. */
export const centrifugeWays: readonly Way[] = [
  way('Centrifuge JSON', 'json', 'websocket'),
  way('Centrifuge Protobuf', 'protobuf', 'websocket'),
  way('Centrifuge JSON over an HTTP stream', 'json', 'http_stream'),
  way('Centrifuge Protobuf over an HTTP stream', 'protobuf', 'http_stream'),
  way('Centrifuge JSON over server-sent events', 'json', 'sse'),
];

function way(name: string, format: Format, transport: Transport): Way {
  const packed = (data: unknown) => (format === 'json' ? data : encoder.encode(JSON.stringify(data)));
  const unpacked = (data: unknown) => (data instanceof Uint8Array ? JSON.parse(decoder.decode(data)) : data);
  return {
    name,
    join: async ({ url }, channel) => {
      const client = connect(url, format, transport);
      const heard: Heard[] = [];
      const subscription = client.newSubscription(channel, { recoverable: true, positioned: true });
      subscription.on('publication', ({ offset, data }) => heard.push([offset ?? 0, unpacked(data)]));
      subscription.subscribe();
      client.connect();
      await subscription.ready(5_000);
      return {
        heard,
        say: (data) => client.publish(channel, packed(data)),
        leave: () => client.disconnect(),
      };
    },
  };
}

function connect(url: string, format: Format, transport: Transport): Centrifuge {
  const base = transport === 'websocket' ? url.replace('http', 'ws') : url;
  const endpoint = `${base}/connection/${transport}`;
  const Client = format === 'json' ? Centrifuge : (ProtobufCentrifuge as unknown as typeof Centrifuge);
  return new Client([{ transport: transport as TransportName, endpoint }], {
    emulationEndpoint: `${url}/emulation`,
    eventsource: EventSource,
    fetch,
  });
}
