import { DISCONNECTS, DisconnectError, type DisconnectName, UNSUBSCRIBES } from '../../core/disconnects.ts';
import type { RefusedArrival } from '../../core/limits/arrivals.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import type { Push, Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import { Beginning } from './beginning.ts';
import type { Cursor } from './cursor.ts';
import { encodeInfo, encodePlaced, encodePublication, joinPlaced, type Placed, readPlaced } from './publication.ts';
import type { Listening } from './requests.ts';

const quote = JSON.stringify;

/** The reconnect delay for clients of an ended stream, in ms: spread, so that not all reconnect at once. */
const RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/**
 * The encoding shared by all server-sent event streams: publications without an id, which each stream adds itself.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const eventStreams: Protocol = {
  name: 'ss',
  // A comment, so that proxies do not consider the connection dead.
  ping: ':\n\n',
  clients: 'listen',
  decode: () => {
    throw new DisconnectError('badRequest');
  },
  encodeReply: () => '',
  encodePush,
  join: joinPlaced,
};

/** One client's stream, whose event ids are its cursor. Also frames its output. */
export class EventStream implements Protocol {
  readonly name = eventStreams.name;
  readonly ping = eventStreams.ping;
  readonly clients = 'listen';
  readonly decode = eventStreams.decode;
  readonly contentType = 'text/event-stream; charset=utf-8';
  readonly preamble: string;
  readonly #cursor: Cursor;
  readonly #beginning: Beginning;
  readonly #end: (why: DisconnectName) => void;

  /** `end` ends the session; it is called in its own turn. `random`: from 0 to 1. */
  constructor({ channels, cursor }: Listening, end: (why: DisconnectName) => void, random: number) {
    this.#cursor = cursor;
    this.#beginning = new Beginning(channels);
    this.#end = end;
    // A line of the first event: go-sse passes a block of its own on as an empty event (event.go, `dirty`).
    this.preamble = `retry: ${Math.round(RETRY_MS + RETRY_SPREAD_MS * random)}\n`;
  }

  /** Resolves when the client is subscribed to all of its channels. Rejects with the `ClientError` of a refused one. */
  get opened(): Promise<void> {
    return this.#beginning.done;
  }

  get aroundPublication(): number {
    return this.#cursor.toString().length;
  }

  encodeReply(id: number, reply: Reply): string {
    const entered = this.#beginning.take(id, reply);
    return entered === undefined ? '' : this.#enter(entered.channel, entered.result);
  }

  encodePush(push: Push): string | undefined {
    if (push.kind === 'disconnect') this.#beginning.fail(push.reason);
    if (push.kind === 'unsubscribe') this.#leave(push.reason);
    return encodePush(push);
  }

  /** The client's position: streams at the same position are sent the same bytes. */
  get place(): string {
    return this.#cursor.toString();
  }

  /** Adds the client's own ids to frames encoded for all. */
  wrap(frame: Frame): string {
    const placed = readPlaced(String(frame));
    return placed === undefined ? String(frame) : placed.map((each) => this.#placeNext(each)).join('');
  }

  /** Records that the client is sent the output of `wrap` for another client at the same position. */
  pass(frame: Frame, place: string): void {
    // A frame's publications are from one channel.
    const last = readPlaced(String(frame))?.at(-1);
    if (last !== undefined) this.#cursor.advance(last.key, last.offset, place);
  }

  #placeNext({ key, offset, json }: Placed): string {
    this.#cursor.advance(key, offset);
    return offset === 0 ? event(json) : event(json, this.#cursor);
  }

  /** Cut off, perhaps before the decision: then nobody else would answer the request. */
  gone(): void {
    this.#beginning.fail('slow');
  }

  #enter(channel: string, result: SubscribeResult): string {
    const { recoverable, epoch, offset, publications } = result;
    if (recoverable) this.#cursor.set(channel, { epoch, offset });
    // Only on the last event: an id is as long as all channels together.
    const id = this.#beginning.isOver ? this.#cursor : undefined;
    const head = `event: subscribed\n${event(encodeSubscribed(channel, result), id)}`;
    const missed = publications.map((publication) => {
      this.#cursor.set(channel, { epoch, offset: publication.offset });
      return event(encodePublication(channel, publication), this.#cursor);
    });
    return head + missed.join('');
  }

  /** A stream cannot subscribe to one channel again: it ends, and the client learns the outcome when it reconnects. */
  #leave(reason: keyof typeof UNSUBSCRIBES): void {
    const why = reason === 'server' ? 'permissionDenied' : reason;
    this.#beginning.fail(why);
    Promise.resolve().then(() => this.#end(why));
  }
}

/** The whole body of a stream that cannot start now: the retry delay, and the reason. */
export function refusalStream({ limit, retryMs }: RefusedArrival): string {
  const reason: DisconnectName = limit === 'draining' ? 'shutdown' : 'tooManyRequests';
  return encodePush({ kind: 'disconnect', reason, retryMs }) ?? '';
}

function encodePush(push: Push): string | undefined {
  switch (push.kind) {
    case 'publication':
      return encodePlaced(push.channel, push.publication);
    case 'join':
    case 'leave':
      return `event: ${push.kind}\n${event(`{"channel":${quote(push.channel)},"info":${encodeInfo(push.info)}}`)}`;
    case 'subscribe':
      return `event: subscribed\n${event(encodeSubscribed(push.channel, push.result))}`;
    case 'unsubscribe': {
      const { code, reason } = UNSUBSCRIBES[push.reason];
      return `event: unsubscribed\n${event(`{"channel":${quote(push.channel)},"code":${code},"reason":${quote(reason)}}`)}`;
    }
    case 'disconnect': {
      const { code, reason } = DISCONNECTS[push.reason];
      const retry = push.retryMs === undefined ? '' : `retry: ${Math.ceil(push.retryMs)}\n`;
      return `${retry}event: disconnect\n${event(`{"code":${code},"reason":${quote(reason)},"reconnect":${code < 3_500}}`)}`;
    }
    case 'subscribers':
    case 'users':
      return undefined;
    default:
      return push satisfies never;
  }
}

function encodeSubscribed(channel: string, result: SubscribeResult): string {
  const { recoverable, epoch, offset, wasRecovering, recovered } = result;
  const place = recoverable ? `,"epoch":${quote(epoch)},"offset":${offset}` : '';
  return `{"channel":${quote(channel)},"recoverable":${recoverable}${place}${wasRecovering ? `,"recovered":${recovered}` : ''}}`;
}

/** One event; without `id` the previous id stays. */
function event(json: string, id?: Cursor): string {
  const text = id?.toString() ?? '';
  return `${text === '' ? '' : `id: ${text}\n`}data: ${json}\n\n`;
}
