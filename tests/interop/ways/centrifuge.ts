import { Centrifuge, type Options, type TransportName } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { EventSource } from 'eventsource';
import type { Heard, Way } from './way.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type Format = 'json' | 'protobuf';
export type Transport = 'websocket' | 'http_stream' | 'sse';

/** The official client in each format over each transport. */
export const centrifugeWays: readonly Way[] = [
  way('Centrifuge JSON', 'json', 'websocket'),
  way('Centrifuge Protobuf', 'protobuf', 'websocket'),
  way('Centrifuge JSON over an HTTP stream', 'json', 'http_stream'),
  way('Centrifuge Protobuf over an HTTP stream', 'protobuf', 'http_stream'),
  way('Centrifuge JSON over server-sent events', 'json', 'sse'),
];

function way(name: string, format: Format, transport: Transport): Way {
  return {
    name,
    join: async ({ url }, channel) => {
      const client = stockCentrifuge(url, format, transport);
      const heard: Heard[] = [];
      const subscription = client.newSubscription(channel, { recoverable: true, positioned: true });
      subscription.on('publication', ({ offset, data }) => heard.push([offset ?? 0, unpacked(data)]));
      subscription.subscribe();
      client.connect();
      await subscription.ready(5_000);
      return {
        heard,
        say: (data) => client.publish(channel, packed(format, data)),
        leave: () => client.disconnect(),
      };
    },
  };
}

/** The official client, by format and transport; not yet connected. */
export function stockCentrifuge(
  url: string,
  format: Format,
  transport: Transport = 'websocket',
  options: Partial<Options> = {},
): Centrifuge {
  const base = transport === 'websocket' ? url.replace('http', 'ws') : url;
  const endpoint = `${base}/connection/${transport}`;
  const Client = format === 'json' ? Centrifuge : (ProtobufCentrifuge as unknown as typeof Centrifuge);
  const emulation = { emulationEndpoint: `${url}/emulation`, eventsource: EventSource, fetch };
  return new Client([{ transport: transport as TransportName, endpoint }], { ...emulation, ...options });
}

/** Data in the form a client of this format sends and receives. */
export const packed = (format: Format, data: unknown) =>
  format === 'json' ? data : encoder.encode(JSON.stringify(data));
export const unpacked = (data: unknown) => (data instanceof Uint8Array ? JSON.parse(decoder.decode(data)) : data);
