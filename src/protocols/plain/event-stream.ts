import { DISCONNECTS, DisconnectError, type DisconnectName, UNSUBSCRIBES } from '../../core/disconnects.ts';
import type { TurnedAway } from '../../core/limits/arrivals.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import type { Push, Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import { Beginning } from './beginning.ts';
import type { Cursor } from './cursor.ts';
import { encodeInfo, encodePlaced, encodePublication, joinPlaced, type Placed, readPlaced } from './publication.ts';
import type { Listening } from './requests.ts';

const quote = JSON.stringify;

/** Milliseconds after which clients come back to a stream that has ended: spread, so that not all come at once. */
const RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/**
 * Server-sent events, as all streams share them: publications without an id, which each stream writes itself.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const eventStreams: Protocol = {
  name: 'ss',
  // A comment, so that nobody on the way takes the line for dead.
  ping: ':\n\n',
  clients: 'listen',
  decode: () => {
    throw new DisconnectError('badRequest');
  },
  encodeReply: () => '',
  encodePush,
  join: joinPlaced,
};

/** One client's stream: the id of its last event is its cursor. Also the framing of what goes to it. */
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

  /** `end` ends the session; it is called in a turn of its own. `random`: from 0 to 1. */
  constructor({ channels, cursor }: Listening, end: (why: DisconnectName) => void, random: number) {
    this.#cursor = cursor;
    this.#beginning = new Beginning(channels);
    this.#end = end;
    this.preamble = `retry: ${Math.round(RETRY_MS + RETRY_SPREAD_MS * random)}\n\n`;
  }

  /** Resolves when the client is in all of its channels. Rejects with the `ClientError` that refuses one. */
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

  /** Where the client stands: streams that stand in the same place are given the same bytes. */
  get place(): string {
    return this.#cursor.toString();
  }

  /** Writes the client's own ids on what was encoded for all. */
  wrap(frame: Frame): string {
    const placed = readPlaced(String(frame));
    return placed === undefined ? String(frame) : placed.map((each) => this.#placeNext(each)).join('');
  }

  /** Notes that the client is given what `wrap` has made of the frame for another one in the same place. */
  pass(frame: Frame, place: string): void {
    // The publications of a frame are of one channel.
    const last = readPlaced(String(frame))?.at(-1);
    if (last !== undefined) this.#cursor.advance(last.key, last.offset, place);
  }

  #placeNext({ key, offset, json }: Placed): string {
    this.#cursor.advance(key, offset);
    return offset === 0 ? event(json) : event(json, this.#cursor);
  }

  /** Cut off, before all was decided perhaps: then nobody else would answer the request. */
  gone(): void {
    this.#beginning.fail('slow');
  }

  #enter(channel: string, result: SubscribeResult): string {
    const { recoverable, epoch, offset, publications } = result;
    if (recoverable) this.#cursor.set(channel, { epoch, offset });
    // Only the last one of all channels: an id has the length of all of them.
    const id = this.#beginning.isOver ? this.#cursor : undefined;
    const head = `event: subscribed\n${event(encodeSubscribed(channel, result), id)}`;
    const missed = publications.map((publication) => {
      this.#cursor.set(channel, { epoch, offset: publication.offset });
      return event(encodePublication(channel, publication), this.#cursor);
    });
    return head + missed.join('');
  }

  /** A stream has no way to ask again for one channel: it ends, and what the client is told when it comes back decides. */
  #leave(reason: keyof typeof UNSUBSCRIBES): void {
    const why = reason === 'server' ? 'permissionDenied' : reason;
    this.#beginning.fail(why);
    Promise.resolve().then(() => this.#end(why));
  }
}

/** All of a stream that may not begin now: when to come back, and why. */
export function turnedAway({ limit, retryMs }: TurnedAway): string {
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

/** One event; `id` is left as it was when none is given. */
function event(json: string, id?: Cursor): string {
  const text = id?.toString() ?? '';
  return `${text === '' ? '' : `id: ${text}\n`}data: ${json}\n\n`;
}
