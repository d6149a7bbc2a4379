import { DisconnectError } from '../../core/disconnects.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import { rawMember } from '../../core/text/raw-json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A client message. */
export type Message =
  | { readonly kind: 'ping' | 'pong' }
  | { readonly kind: 'subscribe'; readonly name: string; readonly auth: string; readonly channelData?: string }
  | { readonly kind: 'unsubscribe'; readonly name: string }
  | { readonly kind: 'signin'; readonly auth: string; readonly userData: string }
  /** Any other message: an event for the channel's other subscribers, if allowed. */
  | { readonly kind: 'event'; readonly event: string; readonly name: string; readonly data: EventData };

/** The data of a client's event: a text, or any other JSON as written. */
export type EventData = { readonly kind: 'text' | 'json'; readonly text: string };

/** Throws `DisconnectError('badRequest')` for an invalid message. */
export function decodeMessage(frame: Frame): Message {
  const text = typeof frame === 'string' ? frame : decoded(frame);
  const { event, channel, data } = objectOf(parse(text));
  switch (event) {
    case 'pusher:ping':
      return { kind: 'ping' };
    case 'pusher:pong':
      return { kind: 'pong' };
    case 'pusher:subscribe': {
      const { channel: name, auth, channel_data: channelData } = dataOf(data);
      const signed = channelData === undefined || channelData === null ? {} : { channelData: textOf(channelData) };
      return { kind: 'subscribe', name: textOf(name), auth: textOf(auth ?? ''), ...signed };
    }
    case 'pusher:unsubscribe':
      return { kind: 'unsubscribe', name: textOf(dataOf(data).channel) };
    case 'pusher:signin': {
      const { auth, user_data: userData } = dataOf(data);
      return { kind: 'signin', auth: textOf(auth), userData: textOf(userData) };
    }
    default:
      return { kind: 'event', event: textOf(event), name: textOf(channel ?? ''), data: eventDataOf(data, text) };
  }
}

function eventDataOf(data: unknown, message: string): EventData {
  if (typeof data === 'string') return { kind: 'text', text: data };
  return { kind: 'json', text: rawMember(message, 'data') ?? 'null' };
}

function decoded(frame: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(frame);
  } catch {
    throw new DisconnectError('badRequest');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DisconnectError('badRequest');
  }
}

/** Clients write an object; some a text that contains one, as the server does. */
function dataOf(data: unknown): Fields {
  return objectOf(typeof data === 'string' ? parse(data) : data);
}

function objectOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new DisconnectError('badRequest');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new DisconnectError('badRequest');
}
