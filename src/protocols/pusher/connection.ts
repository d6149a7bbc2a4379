import type { AppPrincipal, Principal } from '../../core/access/principal.ts';
import type { SignedIn } from '../../core/access/tokens.ts';
import { DisconnectError, type DisconnectName } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import type { Command } from '../../core/protocol/commands.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import type { Push, Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import { utf8Length } from '../../core/text/wire-bytes.ts';
import type { PusherApp } from './app.ts';
import { channelOf, isName, kindOf } from './channel-name.ts';
import { CLOSINGS, CODES, type Code } from './codes.ts';
import { decodeMessage, type EventData, type Message } from './decode.ts';
import { EVENT_TAG, encodeError, encodeEvent, encodeMembers, encodePublication, encodePush } from './encode.ts';
import { dataOfEvent } from './event-data.ts';

const NAME = 'pu';
/** Sent to clients: after this much silence, they ping the server. */
const ACTIVITY_TIMEOUT_S = 120;
/** How long they then wait for the reply: "if no response is received within 30 seconds". */
const PONG_TIMEOUT_S = 30;
/**
 * Clients for phones do not answer `pusher:ping`: pusher-java-client 2.4.4 and pusher-websocket-swift have no handler for
 * it. The answer to a control frame is RFC 6455's own (5.5.2), so their lines are pinged by that.
 */
const SILENT_MS = (ACTIVITY_TIMEOUT_S + PONG_TIMEOUT_S) * 1_000;

/** The encoding shared by all clients; each connection decodes its own input. */
export const pusherForAll: Protocol = {
  ...{ name: NAME, silentMs: SILENT_MS, encodePush, excludesOwnJoinLeave: true },
  decode: () => {
    throw new DisconnectError('badRequest');
  },
  encodeReply: () => [],
};

/** Listeners to a connection's events, besides the core. */
export type ConnectionListeners = {
  /** The client is about to be signed in with this watchlist. */
  watches(client: string, users: readonly string[]): void;
  /** A client subscribed to an empty cache channel. */
  missed(channel: string): void;
};

const EVENT_NAME_LIMIT = 200;
const PONG = encodeEvent('pusher:pong', '{}');

/** Pending commands; the protocol has no ids for them. */
type Asked =
  | { readonly kind: 'ping' | 'unsubscribe' | 'publish' }
  | { readonly kind: 'refusal'; readonly message: string }
  | { readonly kind: 'subscribe'; readonly channel: string; readonly name: string }
  | { readonly kind: 'signin'; readonly userData: string };

/**
 * One connection of an app's client in the Pusher protocol, version 7. Shared state is kept once, not per connection.
 */
export class PusherConnection implements Protocol {
  readonly socketId: string;
  readonly #app: PusherApp;
  readonly #notes: ConnectionListeners;
  /** Absent while nothing is pending. */
  #asked: Map<number, Asked> | undefined;
  #lastId = 0;

  constructor(app: PusherApp, socketId: string, notes: ConnectionListeners) {
    this.#app = app;
    this.socketId = socketId;
    this.#notes = notes;
  }

  get name(): string {
    return NAME;
  }

  get silentMs(): number {
    return SILENT_MS;
  }

  get excludesOwnJoinLeave(): true {
    return true;
  }

  get principal(): AppPrincipal {
    return { kind: 'app', app: this.#app.settings.id, client: this.socketId, user: '' };
  }

  /** The messages sent on open. */
  get first(): Command {
    return { kind: 'connect', id: 0, token: '', since: new Map() };
  }

  decode(frame: Frame): readonly Command[] {
    return [this.#commandOf(decodeMessage(frame))];
  }

  encodeReply(id: number, reply: Reply): readonly Frame[] {
    if (reply.kind === 'connect') return [this.#established()];
    const asked = this.#asked?.get(id);
    this.#asked?.delete(id);
    if (this.#asked?.size === 0) this.#asked = undefined;
    return asked === undefined ? [] : this.#answer(asked, reply);
  }

  encodePush(push: Push): Frame | undefined {
    return encodePush(push);
  }

  closing(kind: DisconnectName): Code {
    if (kind !== 'forceDisconnect') return CLOSINGS[kind];
    if (this.#app.isGone) return CODES.unknownApp;
    return this.#app.settings.enabled ? CLOSINGS[kind] : CODES.appDisabled;
  }

  #commandOf(message: Message): Command {
    switch (message.kind) {
      case 'ping':
        // Only the fact that the core has answered matters.
        return { kind: 'ping', id: this.#ask({ kind: 'ping' }) };
      case 'pong':
        return { kind: 'pong' };
      case 'subscribe':
        return this.#subscribe(message);
      case 'unsubscribe':
        return { kind: 'unsubscribe', id: this.#ask({ kind: 'unsubscribe' }), channel: this.#channel(message.name) };
      case 'signin':
        return this.#signIn(message);
      case 'event':
        return this.#publish(message);
      default:
        return message satisfies never;
    }
  }

  #subscribe({ name, auth, channelData }: Extract<Message, { kind: 'subscribe' }>): Command {
    const channel = this.#channel(name);
    const { access, isCache } = kindOf(name);
    const prove = (principal: Principal) => {
      if (!isName(name)) throw new ClientError('badRequest', { message: 'Invalid channel name' });
      return this.#app.grantOf({ socketId: this.socketId, name, auth, channelData }, principal);
    };
    return {
      ...{ kind: 'subscribe', id: this.#ask({ kind: 'subscribe', channel, name }), channel },
      ...((!isName(name) || (access !== 'public' && access !== 'user')) && { prove }),
      ...(access === 'presence' && { joinLeave: true, presence: true }),
      ...(isCache && { latest: true }),
    };
  }

  #signIn({ auth, userData }: Extract<Message, { kind: 'signin' }>): Command {
    const prove = (principal: Principal): SignedIn => {
      if (principal.kind !== 'app') throw new ClientError('permissionDenied');
      const { watchlist, ...signedIn } = this.#app.userOf(principal, auth, userData);
      this.#notes.watches(this.socketId, watchlist);
      return signedIn;
    };
    return { kind: 'signIn', id: this.#ask({ kind: 'signin', userData }), prove };
  }

  #publish({ event, name, data }: Extract<Message, { kind: 'event' }>): Command {
    const refused = this.#refusalOf(event, data);
    if (refused !== undefined) return { kind: 'ping', id: this.#ask({ kind: 'refusal', message: refused }) };
    return {
      ...{ kind: 'publish', id: this.#ask({ kind: 'publish' }), channel: this.#channel(name) },
      ...{ data: dataOfEvent(data), tags: { [EVENT_TAG]: event }, excludesSender: true },
    };
  }

  #refusalOf(event: string, { text }: EventData): string | undefined {
    if (!event.startsWith('client-')) return 'Client events must have names that begin with client-';
    if (event.length > EVENT_NAME_LIMIT) return `Event names have at most ${EVENT_NAME_LIMIT} characters`;
    const { maxEventBytes } = this.#app.settings;
    return utf8Length(text) > maxEventBytes ? `The data of an event has at most ${maxEventBytes} bytes` : undefined;
  }

  #answer(asked: Asked, reply: Reply): readonly Frame[] {
    switch (asked.kind) {
      case 'ping':
        return [PONG];
      case 'refusal':
        return [encodeError(asked.message, null)];
      case 'unsubscribe':
        return [];
      case 'publish':
        return reply.kind === 'error' ? [errorOf(reply.error, CODES.clientEventRate)] : [];
      case 'signin':
        if (reply.kind === 'error') return [errorOf(reply.error, CODES.watchlistLimit)];
        return [encodeEvent('pusher:signin_success', JSON.stringify({ user_data: asked.userData }))];
      case 'subscribe':
        if (reply.kind === 'error') return [refusedSubscription(asked.name, reply.error)];
        return reply.kind === 'subscribe' ? this.#subscribed(asked, reply.result) : [];
      default:
        return asked satisfies never;
    }
  }

  #subscribed({ channel, name }: Extract<Asked, { kind: 'subscribe' }>, result: SubscribeResult): readonly Frame[] {
    const data = result.presence === undefined ? '{}' : encodeMembers(result.presence);
    const succeeded = encodeEvent('pusher_internal:subscription_succeeded', data, name);
    if (!kindOf(name).isCache) return [succeeded];
    const [latest] = result.publications;
    if (latest !== undefined) return [succeeded, encodePublication(channel, latest)];
    this.#notes.missed(channel);
    return [succeeded, encodeEvent('pusher:cache_miss', '{}', name)];
  }

  #established(): Frame {
    const data = { socket_id: this.socketId, activity_timeout: ACTIVITY_TIMEOUT_S };
    return encodeEvent('pusher:connection_established', JSON.stringify(data));
  }

  #channel(name: string): string {
    return channelOf(this.#app.settings.namespace, name);
  }

  #ask(asked: Asked): number {
    this.#lastId += 1;
    this.#asked ??= new Map();
    this.#asked.set(this.#lastId, asked);
    return this.#lastId;
  }
}

/** `limit`: the code of the one error of this command that has one. */
function errorOf({ kind, message }: ClientError, limit: Code): Frame {
  const isLimit = kind === 'rateLimited' || kind === 'limitExceeded' || kind === 'tooManyRequests';
  return isLimit ? encodeError(limit.reason, limit.code) : encodeError(message, null);
}

function refusedSubscription(name: string, { kind, message, status }: ClientError): Frame {
  if (kind === 'alreadySubscribed') return encodeError(`Existing subscription to channel ${name}`, null);
  const isLimit = kind === 'limitExceeded' || kind === 'tooManyRequests';
  const type = kind === 'permissionDenied' ? 'AuthError' : isLimit ? 'LimitReached' : 'SubscribeError';
  const data = { type, error: message, status: kind === 'permissionDenied' ? 401 : status };
  return encodeEvent('pusher:subscription_error', JSON.stringify(data), name);
}
