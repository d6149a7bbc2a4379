import { ClientError } from '../../core/errors.ts';
import type { Command, Since } from '../../core/protocol/commands.ts';
import { channelOf, type Dialect } from './dialect.ts';
import type { EventPacket } from './line.ts';
import { type RawArgs, rawArgsOf } from './raw-args.ts';

/** Longest key and message id, in UTF-16 units. */
const KEY_LIMIT = 64;

type Fields = Readonly<Record<string, unknown>>;
type Args = readonly unknown[];

/** The command for a client's event, and how to answer it. */
export type Ask = {
  readonly event: string;
  readonly ack?: number;
  readonly command: Command;
  /** Of the events of rooms. */
  readonly room?: string;
  /** The client's id of the message. */
  readonly messageId?: string;
};

type Asked = Omit<Ask, 'event' | 'ack'>;
type Translate = (id: number, args: Args, dialect: Dialect, raw: RawArgs) => Asked;

/** Undefined for unknown events. Throws `ClientError` `badRequest` for invalid arguments. */
export function askOf(id: number, packet: EventPacket, dialect: Dialect): Ask | undefined {
  const { event, args, ack, json } = packet;
  const translate = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
  return translate && { event, ...(ack !== undefined && { ack }), ...translate(id, args, dialect, rawArgsOf(json)) };
}

const EVENTS: Readonly<Record<string, Translate>> = {
  // --- rooms -------------------------------------------------------------------------------------------------------
  join_room: (id, [where]) => {
    const room = roomIn(where);
    return { room, command: { kind: 'subscribe', id, channel: channelOf(room), joinLeave: true } };
  },
  leave_room: (id, [where]) => {
    const room = roomIn(where);
    return { room, command: { kind: 'unsubscribe', id, channel: channelOf(room) } };
  },
  message: (id, [message], _dialect, raw) => {
    const fields = fieldsOf(message, 'message');
    const room = roomIn(fields.room);
    const key = fields.id === undefined ? undefined : keyOf(fields.id, 'id');
    return {
      room,
      ...(key !== undefined && { messageId: key }),
      command: {
        ...{
          kind: 'publish',
          id,
          channel: channelOf(room),
          data: raw(0, 'content') ?? jsonOf(fields.content, 'content'),
        },
        ...(key !== undefined && { key, tags: { id: key } }),
      },
    };
  },
  // --- any channel -------------------------------------------------------------------------------------------------
  subscribe: (id, [channel, options], dialect) => {
    const { since, token } = fieldsOf(options ?? {}, 'options');
    return {
      command: {
        ...{ kind: 'subscribe', id, channel: channelIn(channel, dialect), joinLeave: true },
        ...(since !== undefined && { since: sinceOf(since) }),
        ...(token !== undefined && { token: textOf(token, 'token') }),
      },
    };
  },
  unsubscribe: (id, [channel], dialect) => ({
    command: { kind: 'unsubscribe', id, channel: channelIn(channel, dialect) },
  }),
  publish: (id, [channel, data, options], dialect, raw) => {
    const { key } = fieldsOf(options ?? {}, 'options');
    return {
      command: {
        ...{ kind: 'publish', id, channel: channelIn(channel, dialect), data: raw(1) ?? jsonOf(data, 'data') },
        ...(key !== undefined && { key: keyOf(key, 'key') }),
      },
    };
  },
  history: (id, [channel, options], dialect) => {
    const { limit, since, reverse } = fieldsOf(options ?? {}, 'options');
    return {
      command: {
        ...{ kind: 'history', id, channel: channelIn(channel, dialect), reverse: reverse === true },
        limit: limit === undefined ? -1 : numberOf(limit, 'limit'),
        ...(since !== undefined && { since: sinceOf(since) }),
      },
    };
  },
  presence: (id, [channel], dialect) => ({ command: { kind: 'presence', id, channel: channelIn(channel, dialect) } }),
  presence_stats: (id, [channel], dialect) => ({
    command: { kind: 'presenceStats', id, channel: channelIn(channel, dialect) },
  }),
  // --- operations and tokens ---------------------------------------------------------------------------------------
  rpc: (id, [method, data], _dialect, raw) => {
    const text = data === undefined ? undefined : (raw(1) ?? jsonOf(data, 'data'));
    return {
      command: { kind: 'rpc', id, method: textOf(method, 'method'), data, ...(text !== undefined && { text }) },
    };
  },
  refresh: (id, [token]) => ({ command: { kind: 'refresh', id, token: textOf(token, 'token') } }),
};

/** `general`, or `{ room: 'general' }`. */
function roomIn(value: unknown): string {
  const room = typeof value === 'object' && value !== null ? (value as Fields).room : value;
  if (textOf(room, 'room') === '') throw wrong('room', 'must not be empty');
  return room as string;
}

function channelIn(value: unknown, { prefix }: Dialect): string {
  return prefix + textOf(value, 'channel');
}

function sinceOf(value: unknown): Since {
  const { offset, epoch } = fieldsOf(value, 'since');
  const number = numberOf(offset, 'since.offset');
  if (number < 0) throw wrong('since.offset', 'must be at least 0');
  return { offset: number, epoch: epoch === undefined ? '' : textOf(epoch, 'since.epoch') };
}

function keyOf(value: unknown, field: string): string {
  const key = textOf(value, field);
  if (key !== '' && key.length <= KEY_LIMIT) return key;
  throw wrong(field, `must have 1 to ${KEY_LIMIT} characters`);
}

function jsonOf(value: unknown, field: string): string {
  const json = stringify(value, field);
  if (json === undefined) throw wrong(field, 'must be given');
  return json;
}

/** Undefined for undefined. */
function stringify(value: unknown, field: string): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Parsed JSON can be serialized again, unless that overflows the stack.
    throw error instanceof RangeError ? wrong(field, 'is nested too deeplyly') : error;
  }
}

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(field, 'must be an object');
}

function textOf(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw wrong(field, 'must be text');
}

function numberOf(value: unknown, field: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw wrong(field, 'must be a whole number');
}

function wrong(field: string, message: string): ClientError {
  return new ClientError('badRequest', { field, message });
}
