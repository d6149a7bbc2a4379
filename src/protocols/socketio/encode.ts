import { UNSUBSCRIBES } from '../../core/disconnects.ts';
import type { ClientError } from '../../core/errors.ts';
import { type Frame, type Frames, listOf } from '../../core/protocol/protocol.ts';
import type { Push, Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import { jsonOf } from '../../core/text/raw-json.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import type { Ask } from './asks.ts';
import { type Dialect, roomOf } from './dialect.ts';
import { encodeAck, encodeEvent } from './packets.ts';

const quote = JSON.stringify;

/**
 * `new_message` in rooms, `publication` in other channels. The cursor goes last: stock clients remember the last
 * argument of the last event if it is a string. No other event of ours ends with a string.
 */
export function encodePublication(
  dialect: Dialect,
  channel: string,
  publication: Publication,
  cursor?: string,
): Frames {
  const room = roomOf(channel);
  const last = cursor === undefined ? [] : [quote(cursor)];
  if (room !== undefined) return encodeEvent(dialect.namespace, 'new_message', [messageOf(room, publication), ...last]);
  const { data, ...rest } = withTags(publication);
  return encodeEvent(dialect.namespace, 'publication', [nameIn(dialect, channel), data, objectOf(rest), ...last]);
}

/** A room's message as JSON text. */
export function messageOf(room: string, publication: Publication): string {
  const { data, ...rest } = fieldsOf(publication);
  const id = publication.tags?.id;
  return objectOf({ room: quote(room), ...(id !== undefined && { id: quote(id) }), content: data, ...rest });
}

/** Pushes other than publications. */
export function encodePush(dialect: Dialect, push: Exclude<Push, { kind: 'publication' }>): Frames {
  const { namespace } = dialect;
  switch (push.kind) {
    case 'join':
    case 'leave':
      return encodeChange(dialect, push);
    case 'subscribe':
      return encodeEvent(namespace, 'subscribed', [nameIn(dialect, push.channel), subscriptionOf(push.result)]);
    case 'unsubscribe':
      return encodeEvent(namespace, 'unsubscribed', [nameIn(dialect, push.channel), quote(UNSUBSCRIBES[push.reason])]);
    case 'subscribers':
    case 'users':
    case 'disconnect':
      // For other protocols and streams: Socket.IO has its own packet for the last.
      return [];
    default:
      return push satisfies never;
  }
}

function encodeChange(dialect: Dialect, push: Extract<Push, { kind: 'join' | 'leave' }>): Frames {
  const { channel, info, kind, present } = push;
  const room = roomOf(channel);
  if (room === undefined) return encodeEvent(dialect.namespace, kind, [nameIn(dialect, channel), infoOf(info)]);
  if (present === undefined) return [];
  const change = objectOf({ room: quote(room), count: String(present), [kind]: infoOf(info) });
  return encodeEvent(dialect.namespace, 'room_count', [change]);
}

/** The ack of an event; without an `ack` callback only an error is sent, as the event `error`. */
export function encodeAnswer(dialect: Dialect, ask: Answered, reply: AnswerReply): readonly Frame[] {
  const { namespace } = dialect;
  const frames: Frame[] = [];
  const say = (more: Frames) => frames.push(...listOf(more));
  if (ask.ack !== undefined) say(encodeAck(namespace, ask.ack, [answerOf(ask, reply)]));
  else if (reply.kind === 'error' && !isThere(ask, reply.error)) {
    say(encodeEvent(namespace, 'error', [objectOf({ event: quote(ask.event), error: errorOf(reply.error) })]));
  }
  if (reply.kind === 'publish' && ask.room !== undefined) {
    say(encodeEvent(namespace, 'message_confirmed', [confirmationOf(ask, reply)]));
  }
  return frames;
}

/** What the ack depends on. */
type Answered = Omit<Ask, 'command'>;

/** Replies to events; that to `connect` is a separate packet. */
export type AnswerReply = Exclude<Reply, { kind: 'connect' }>;

function answerOf(ask: Answered, reply: AnswerReply): string {
  if (reply.kind === 'error' && !isThere(ask, reply.error)) {
    return objectOf({ ok: 'false', error: errorOf(reply.error) });
  }
  const room = ask.room === undefined ? {} : { room: quote(ask.room) };
  return objectOf({ ok: 'true', ...room, ...(reply.kind !== 'error' && fieldsOfReply(ask, reply)) });
}

/** Joining a room twice is not an error. */
function isThere({ room }: Answered, { kind }: ClientError): boolean {
  return room !== undefined && kind === 'alreadySubscribed';
}

type Fields = Readonly<Record<string, string>>;

function fieldsOfReply(ask: Answered, reply: Exclude<AnswerReply, { kind: 'error' }>): Fields {
  switch (reply.kind) {
    case 'subscribe':
      return fieldsOfSubscription(reply.result);
    case 'unsubscribe':
    case 'signIn':
      return {};
    case 'publish':
      return fieldsOfConfirmation(ask, reply);
    case 'presence':
      return { clients: `[${reply.clients.map(infoOf).join()}]` };
    case 'presenceStats':
      return { clients: String(reply.clients), users: String(reply.users) };
    case 'history':
      return {
        ...{ epoch: quote(reply.epoch), offset: String(reply.offset) },
        publications: publicationsOf(reply.publications),
      };
    case 'rpc':
      return { data: jsonOf(reply.data) };
    case 'refresh':
    case 'subRefresh':
      return reply.ttl === undefined ? {} : { ttl: String(reply.ttl) };
    case 'track':
      // This protocol has no event for it.
      return {};
    default:
      return reply satisfies never;
  }
}

type Published = Extract<Reply, { kind: 'publish' }>;

function confirmationOf(ask: Answered, reply: Published): string {
  return objectOf({ room: quote(ask.room ?? ''), ...fieldsOfConfirmation(ask, reply) });
}

function fieldsOfConfirmation({ messageId }: Answered, { published }: Published): Fields {
  const { offset, epoch, time } = published;
  return {
    ...(messageId !== undefined && { id: quote(messageId) }),
    ...(offset > 0 && { offset: String(offset), epoch: quote(epoch) }),
    time: String(time),
  };
}

function subscriptionOf(result: SubscribeResult): string {
  return objectOf(fieldsOfSubscription(result));
}

function fieldsOfSubscription(result: SubscribeResult): Fields {
  const { recoverable, epoch, offset, wasRecovering, recovered, publications, ttl } = result;
  return {
    recoverable: String(recoverable),
    ...(recoverable && { epoch: quote(epoch), offset: String(offset) }),
    ...(wasRecovering && { recovered: String(recovered), publications: publicationsOf(publications) }),
    ...(ttl !== undefined && { ttl: String(ttl) }),
  };
}

function publicationsOf(publications: readonly Publication[]): string {
  return `[${publications.map((publication) => objectOf(withTags(publication))).join()}]`;
}

type PublicationFields = { readonly data: string } & Fields;

function withTags(publication: Publication): PublicationFields {
  const { tags } = publication;
  return { ...fieldsOf(publication), ...(tags !== undefined && { tags: tagsOf(tags) }) };
}

/** A tag named `$binary` is text, and must not be mistaken for wrapped bytes. */
function tagsOf(tags: NonNullable<Publication['tags']>): string {
  return quote(tags).replace(/^\{"\$/, '{"\\u0024');
}

function fieldsOf({ data, offset, time, info }: Publication): PublicationFields {
  return {
    data,
    ...(offset > 0 && { offset: String(offset) }),
    time: String(time),
    ...(info !== undefined && { from: infoOf(info) }),
  };
}

function infoOf({ user, client, connInfo, chanInfo }: ClientInfo): string {
  return objectOf({
    ...{ user: quote(user), client: quote(client) },
    ...(connInfo !== undefined && { info: connInfo }),
    ...(chanInfo !== undefined && { channelInfo: chanInfo }),
  });
}

/** An error for clients: `code` and `name` for programs, `message` for people, `retryAfter` in seconds. */
export function errorOf({ kind, code, message, temporary, field, retryAfter }: ClientError): string {
  return quote({
    ...{ code, name: kind, message, temporary },
    ...(field !== undefined && { field }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

function nameIn({ prefix }: Dialect, channel: string): string {
  return quote(channel.startsWith(prefix) ? channel.slice(prefix.length) : channel);
}

/** An object whose members are JSON texts. */
function objectOf(members: Fields): string {
  return `{${Object.entries(members)
    .map(([name, json]) => `${quote(name)}:${json}`)
    .join()}}`;
}
