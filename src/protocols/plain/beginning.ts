import { DISCONNECTS, type DisconnectName } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import type { Command } from '../../core/protocol/commands.ts';
import type { Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import type { Listening } from './requests.ts';

/** The number of the `connect` command; the channels' follow it. */
const CONNECT = 1;

/** The commands that start the session of a listening request. */
export function commandsOf({ channels, cursor, token, subscriptionTokens }: Listening): readonly Command[] {
  const connect: Command = { kind: 'connect', id: CONNECT, token, since: new Map(), alone: true };
  const subscribes = channels.map((channel, index): Command => {
    const since = cursor.since(channel);
    const proof = subscriptionTokens.get(channel);
    return {
      ...{ kind: 'subscribe', id: CONNECT + 1 + index, channel },
      ...(since !== undefined && { since }),
      ...(proof !== undefined && { token: proof }),
    };
  });
  return [connect, ...subscribes];
}

/** Collects the replies to those commands: the request succeeds if every channel does, and fails if one is refused. */
export class Beginning {
  /** Rejects with the `ClientError` for the client. */
  readonly done: Promise<void>;
  readonly #channels: readonly string[];
  #left: number;
  #grant: () => void = () => undefined;
  #refuse: (error: ClientError) => void = () => undefined;

  constructor(channels: readonly string[]) {
    this.#channels = channels;
    this.#left = channels.length;
    this.done = new Promise((resolve, reject) => {
      this.#grant = resolve;
      this.#refuse = reject;
    });
    // The client may have disconnected before the decision.
    this.done.catch(() => undefined);
  }

  get isOver(): boolean {
    return this.#left === 0;
  }

  /** The channel a reply subscribed the client to, and how; undefined for other replies. */
  take(id: number, reply: Reply): { readonly channel: string; readonly result: SubscribeResult } | undefined {
    const channel = this.#channels[id - CONNECT - 1];
    if (reply.kind === 'error') this.#refuse(about(channel, reply.error));
    if (reply.kind !== 'subscribe' || channel === undefined) return undefined;
    this.#left -= 1;
    if (this.#left === 0) this.#grant();
    return { channel, result: reply.result };
  }

  /** The session ended before, or a right was removed meanwhile. */
  fail(kind: DisconnectName): void {
    this.#refuse(refusalOf(kind));
  }
}

/** Names the channel if there are several. */
function about(channel: string | undefined, error: ClientError): ClientError {
  if (channel === undefined || error.kind === 'internal') return error;
  const { kind, retryAfter } = error;
  const message = `${channel}: ${error.message}`;
  return new ClientError(kind, { message, field: 'channel', ...(retryAfter !== undefined && { retryAfter }) });
}

/** The error for the end of a session, where there is a response to send. */
export function refusalOf(kind: DisconnectName): ClientError {
  const { code, reason } = DISCONNECTS[kind];
  if (kind === 'invalidToken') return new ClientError('unauthorized', { message: reason });
  if (kind === 'expired') return new ClientError('tokenExpired');
  if (kind === 'internal') return new ClientError('internal');
  if (kind === 'badRequest') return new ClientError('badRequest');
  // The user's limit, until another of their sessions ends.
  if (kind === 'connectionLimit') return new ClientError('tooManyRequests', { message: reason, retryAfter: 60 });
  if (code < 3500) return new ClientError('unavailable', { message: reason, retryAfter: 1 });
  return new ClientError('permissionDenied', { message: reason });
}
