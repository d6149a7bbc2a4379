import type { chatContract } from '../../contracts/chat/contract.ts';
import type { RoomEvent } from '../../contracts/chat/events.ts';
import { EMOJI_LIMIT, REACTION_LIMIT } from '../../contracts/chat/limits.ts';
import type { Input, Output } from '../../contracts/operation.ts';
import { ClientError } from '../../core/errors.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Span } from '../../ports/traces.ts';
import type { Parts } from './parts.ts';
import { checkRecalls } from './permissions.ts';
import type { StoredMessage } from './timeline-query.ts';

type MessageHandlers = Pick<Handlers<typeof chatContract>, 'settings' | 'send' | 'edit' | 'recall' | 'react'>;
type MessageEvent = Extract<RoomEvent, { type: 'message' }>;
type Sent = Output<(typeof chatContract)['send']>;
type Recall = Act & { readonly room: string; readonly offset: number };
type Reaction = Act & Input<(typeof chatContract)['react']>;
/** The message's sender, and the parent span, if traced. */
type Act = { readonly user: string; readonly span: Span | undefined };

const REACT_ATTEMPTS = 5;

/** Operations on messages and reactions. */
export function messageHandlers(parts: Parts): MessageHandlers {
  const { memberships, log, host, rates } = parts;
  return {
    settings: async () => ({ recallSeconds: Math.floor(parts.recallMs / 1_000), now: host.clock.now() }),

    send: async ({ principal, span }, { room, key, text, replyTo }) => {
      const { user } = principal;
      // Nothing is awaited if the membership is cached: messages of one sender reach the log in the order they arrived.
      if (memberships.known(room, user) === undefined) await memberships.require(room, user);
      rates.message(principal, room);
      const said = { type: 'message', sender: user, key, text, at: host.clock.now() } as const;
      return send({ ...parts, span }, room, replyTo === undefined ? said : { ...said, replyTo });
    },

    edit: async ({ principal, span }, { room, offset, text }) => {
      const { user } = principal;
      await memberships.require(room, user);
      rates.message(principal, room);
      const message = await existing(parts, room, offset);
      if (message.sender !== user)
        throw new ClientError('permissionDenied', { message: "this is another person's message" });
      if (message.recalledAt !== null) throw recalled();
      if (message.text === text) return {};
      const edited = { type: 'edited', message: offset, by: user, text, at: host.clock.now() } as const;
      await log.publish(room, edited, { span });
      return {};
    },

    recall: async ({ principal, span }, { room, offset }) => {
      const { user } = principal;
      rates.message(principal, room);
      await recall(parts, { room, offset, user, span });
      return {};
    },

    react: async ({ principal, span }, input) => {
      const { user } = principal;
      await memberships.require(input.room, user);
      rates.message(principal, input.room);
      if ((await existing(parts, input.room, input.offset)).recalledAt !== null) throw recalled();
      await react(parts, { ...input, user, span });
      return {};
    },
  };
}

type Sending = Pick<Parts, 'log' | 'quietRooms' | 'typists'> & Pick<Act, 'span'>;

async function send({ log, quietRooms, typists, span }: Sending, room: string, message: MessageEvent): Promise<Sent> {
  try {
    const { offset, repeated } = await log.publish(room, message, { key: `${message.sender}:${message.key}`, span });
    if (repeated) return repeat(await log.eventAt(room, offset), message, offset);
    quietRooms.heard(room);
    typists.said(room, message.sender);
    return { offset, sentAt: message.at };
  } catch (error) {
    const refused = error instanceof ClientError && error.kind === 'conflict' && error.cause !== undefined;
    if (!refused || message.replyTo === undefined) throw error;
    throw new ClientError('notFound', { field: 'replyTo', message: 'the message replied to does not exist' });
  }
}

/** The first response again, if it is the same message (ID3). */
function repeat(first: RoomEvent | undefined, message: MessageEvent, offset: number): Sent {
  if (first?.type !== 'message') throw new Error(`no message at ${offset}, where its key points`);
  if (first.text !== message.text || first.replyTo !== message.replyTo) {
    throw new ClientError('conflict', { field: 'key', message: 'another message was sent with this key' });
  }
  return { offset, sentAt: first.at };
}

async function recall(parts: Parts, { room, offset, user, span }: Recall): Promise<void> {
  const { memberships, rooms, host, log, recallMs } = parts;
  const actor = await memberships.require(room, user);
  const { sender, sentAt, recalledAt } = await existing(parts, room, offset);
  if (recalledAt !== null) return;
  const isOwn = sender === user;
  const author = isOwn ? actor.role : (await rooms.membership(room, sender))?.role;
  const now = host.clock.now();
  checkRecalls({ actor, isOwn, author, ageMs: now - sentAt, windowMs: recallMs });
  await log.publish(room, { type: 'recalled', message: offset, by: user, at: now }, { span });
}

/** The tables refuse a duplicate reaction or one too many; then the state is read again. */
async function react({ timeline, log, host }: Parts, { room, offset, emoji, on, user, span }: Reaction): Promise<void> {
  for (let attempt = 0; attempt < REACT_ATTEMPTS; attempt += 1) {
    const reactions = await timeline.reactions(room, offset);
    if (reactions.some((reaction) => reaction.emoji === emoji && reaction.user === user) === on) return;
    if (on) checkRoomFor(emoji, reactions);
    const event: RoomEvent = { type: 'reacted', message: offset, by: user, emoji, on, at: host.clock.now() };
    if (await log.tryPublish(room, event, { span })) return;
  }
  throw new ClientError('tooManyRequests', { message: 'too many concurrent reactions; try again' });
}

function checkRoomFor(emoji: string, reactions: readonly { emoji: string }[]): void {
  const kinds = new Set(reactions.map((reaction) => reaction.emoji)).add(emoji);
  if (kinds.size > EMOJI_LIMIT) {
    throw new ClientError('limitExceeded', { message: `a message has at most ${EMOJI_LIMIT} different emoji` });
  }
  if (reactions.length >= REACTION_LIMIT) {
    throw new ClientError('limitExceeded', { message: `a message has at most ${REACTION_LIMIT} reactions` });
  }
}

async function existing({ timeline }: Parts, room: string, offset: number): Promise<StoredMessage> {
  const message = await timeline.message(room, offset);
  if (message === undefined) throw new ClientError('notFound', { field: 'offset', message: 'no such message' });
  return message;
}

function recalled(): ClientError {
  return new ClientError('gone', { field: 'offset', message: 'this message has been recalled' });
}
