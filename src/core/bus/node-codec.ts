import type { Codec } from '../../ports/bus.ts';
import type { NodeMessage } from './node-messages.ts';

/** The format's version; increased when an older node would misinterpret a newer message. */
const VERSION = 1;

const [encoder, decoder] = [new TextEncoder(), new TextDecoder('utf-8', { fatal: true })];

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isPlace = (value: unknown) => isObject(value) && isText(value.epoch) && Number.isSafeInteger(value.offset);
const isWho = (value: unknown) => isObject(value) && isText(value.user) && isText(value.client);
const isPublication = (value: unknown) =>
  isObject(value) && Number.isSafeInteger(value.offset) && Number.isFinite(value.time) && isText(value.data);

/** The required fields of each kind of message. Additional fields of a newer version are ignored. */
const CHECKS: Readonly<Record<NodeMessage['kind'], (message: Fields) => boolean>> = {
  publications: ({ epoch, publications }) =>
    isText(epoch) && Array.isArray(publications) && publications.every(isPublication),
  item: ({ item }) => isObject(item) && isText(item.key) && isText(item.data) && Number.isSafeInteger(item.version),
  trimmed: ({ to }) => isPlace(to),
  join: ({ info }) => isWho(info),
  leave: ({ info }) => isWho(info),
  external: ({ identity, order }) => isText(identity) && isObject(order) && isText(order.kind),
  subscribe: ({ user, channel }) => isText(user) && isText(channel),
  unsubscribe: ({ user, channel }) => isText(user) && isText(channel),
  disconnect: ({ user, reason }) => isText(user) && isText(reason),
};

/** Messages between nodes as a version byte and JSON in UTF-8. */
export const nodeCodec: Codec<NodeMessage> = {
  encode: (message) => {
    const text = encoder.encode(JSON.stringify(message));
    const bytes = new Uint8Array(text.length + 1);
    bytes[0] = VERSION;
    bytes.set(text, 1);
    return bytes;
  },
  decode: (bytes) => {
    if (bytes[0] !== VERSION) return undefined;
    try {
      const value: unknown = JSON.parse(decoder.decode(bytes.subarray(1)));
      return isMessage(value) ? value : undefined;
    } catch {
      // Damaged in transit: treated as lost, which a bus may do.
      return undefined;
    }
  },
};

function isMessage(value: unknown): value is NodeMessage {
  if (!isObject(value) || !isText(value.kind) || !Object.hasOwn(CHECKS, value.kind)) return false;
  return CHECKS[value.kind as NodeMessage['kind']](value);
}
