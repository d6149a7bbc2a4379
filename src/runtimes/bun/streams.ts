import type { Connection, Fanout } from '../../core/protocol/connection.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import type { Session } from '../../core/sessions/session.ts';
import { randomText } from '../../core/text/random-text.ts';

/** How frames stand in a response's body. */
export type Framing = {
  readonly contentType: string;
  /** What comes before the first frame. */
  readonly preamble: string;
  wrap(frame: Frame): Frame;
  /**
   * Where `wrap` depends on what the client was given before, a name for that: clients in the same place are given the
   * same bytes, which are made once. `pass` notes what such a client is given.
   */
  readonly place?: string;
  /** `place`: where the other one stood then. */
  pass?(frame: Frame, place: string): void;
  /** The stream has ended, from whichever side. */
  gone?(): void;
};

/** One JSON object a line. */
export const JSON_LINES: Framing = {
  contentType: 'application/x-ndjson; charset=utf-8',
  preamble: '',
  wrap: (frame) => `${frame}\n`,
};

/** Protobuf messages, each behind its length already. */
export const PROTOBUF: Framing = { contentType: 'application/octet-stream', preamble: '', wrap: (frame) => frame };

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const EVENTS: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  // Something at once, so that a proxy passes the headers on.
  preamble: ':\n\n',
  wrap: (frame) =>
    String(frame)
      // It ends a line here too. In valid JSON it can only stand between tokens.
      .replaceAll('\r', ' ')
      .split('\n')
      .map((line) => `data: ${line}\n\n`)
      .join(''),
};

const NO_BUFFERING = {
  'Cache-Control': 'private, no-cache, no-store, no-transform, must-revalidate, max-age=0',
  // For nginx, which would otherwise gather what we send.
  'X-Accel-Buffering': 'no',
} as const;

/** Of a stream of events. */
export const EVENT_STREAM_HEADERS = { 'Content-Type': EVENTS.contentType, ...NO_BUFFERING } as const;

/** What `HEAD` of a stream of events is answered with: Bun ends it behind the headers, which must not tell a length. */
export function eventStreamHead(): Response {
  return new Response(new ReadableStream(), { headers: EVENT_STREAM_HEADERS });
}

const encoder = new TextEncoder();

/**
 * How long a client whose stream has ended may take nothing of what still waits for it, in seconds. Without a bound it
 * would keep that in this process for as long as it likes.
 */
export const LAST_WORDS_S = 5;

/** What a published frame has become for each place (see `Framing`). */
type Wrapped = Map<string, { readonly bytes: Uint8Array; readonly place: string }>;

/** Who hears what is published to a topic; several of them share what they make of it. */
export type Listener = { send(frame: Frame, wrapped?: Wrapped): void };

/** The connections that are no sockets: their fan-out by topic, and how clients of streams reach them. */
export class Streams implements Fanout {
  readonly #topics = new Map<string, Set<Listener>>();
  readonly #byKey = new Map<string, StreamConnection>();

  publish(topic: string, frame: Frame): void {
    const listeners = this.#topics.get(topic);
    if (listeners === undefined) return;
    const wrapped: Wrapped | undefined = listeners.size > 1 ? new Map() : undefined;
    let failure: { readonly error: unknown } | undefined;
    for (const connection of listeners) {
      try {
        connection.send(frame, wrapped);
      } catch (error) {
        failure ??= { error };
      }
    }
    // Once all others have it.
    if (failure !== undefined) throw failure.error;
  }

  /** Undefined when the stream has ended, or never was. */
  byKey(key: string): StreamConnection | undefined {
    return this.#byKey.get(key);
  }

  /** Answers with a stream, and opens a session for it. */
  open(framing: Framing, bounds: StreamBounds, openSession: (connection: Connection) => Session): StreamConnection {
    const connection = new StreamConnection(this, framing, bounds);
    this.#byKey.set(connection.streamKey, connection);
    connection.session = openSession(connection);
    return connection;
  }

  forget(connection: StreamConnection): void {
    this.#byKey.delete(connection.streamKey);
  }

  join(topic: string, connection: Listener): void {
    const joined = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, joined.add(connection));
  }

  leave(topic: string, connection: Listener): void {
    const joined = this.#topics.get(topic);
    joined?.delete(connection);
    if (joined?.size === 0) this.#topics.delete(topic);
  }
}

export type StreamBounds = {
  /** See `SocketBounds`. */
  readonly maxBacklogBytes: number;
  /** All has been said: a client that takes none of what still waits is to be let go of. */
  readonly waitNoLonger: () => void;
};

/** A response whose body goes on as long as the client listens. */
export class StreamConnection implements Connection {
  readonly streamKey = randomText(32);
  readonly response: Response;
  session: Session | undefined;
  readonly #streams: Streams;
  readonly #framing: Framing;
  readonly #bounds: StreamBounds;
  /** More waits than may: what comes now are the last words. */
  #isTooSlow = false;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(streams: Streams, framing: Framing, bounds: StreamBounds) {
    this.#streams = streams;
    this.#framing = framing;
    this.#bounds = bounds;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#body = controller;
          if (framing.preamble !== '') controller.enqueue(encoder.encode(framing.preamble));
        },
        pull: () => this.session?.drained(),
        cancel: () => this.#gone(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: bounds.maxBacklogBytes }),
    );
    this.response = new Response(body, { headers: { 'Content-Type': framing.contentType, ...NO_BUFFERING } });
  }

  send(frame: Frame, wrapped?: Wrapped): void {
    const body = this.#body;
    if (body === undefined) return;
    const bytes = wrapped === undefined ? bytesOf(this.#framing.wrap(frame)) : this.#wrapShared(frame, wrapped);
    if (bytes.length === 0) return;
    body.enqueue(bytes);
    if ((body.desiredSize ?? 0) < 0 && !this.#isTooSlow) this.#endSlow();
  }

  backlog(): number {
    const { maxBacklogBytes } = this.#bounds;
    return maxBacklogBytes - (this.#body?.desiredSize ?? maxBacklogBytes);
  }

  join(topic: string): void {
    this.#streams.join(topic, this);
  }

  leave(topic: string): void {
    this.#streams.leave(topic, this);
  }

  close(): void {
    this.#body?.close();
    this.#bounds.waitNoLonger();
    this.#gone();
  }

  #wrapShared(frame: Frame, wrapped: Wrapped): Uint8Array {
    const framing = this.#framing;
    // No place is called as a type of content is.
    const place = framing.place ?? framing.contentType;
    const known = wrapped.get(place);
    if (known !== undefined) {
      framing.pass?.(frame, known.place);
      return known.bytes;
    }
    const bytes = bytesOf(framing.wrap(frame));
    wrapped.set(place, { bytes, place: framing.place ?? place });
    return bytes;
  }

  /** The stream ends behind what it holds, so that nobody misses a frame unknowingly; the client comes back and recovers. */
  #endSlow(): void {
    this.#isTooSlow = true;
    if (this.session === undefined) this.close();
    else this.session.close('slow');
  }

  #gone(): void {
    this.#body = undefined;
    this.#streams.forget(this);
    this.#framing.gone?.();
    this.session?.closed();
    this.session = undefined;
  }
}

function bytesOf(frame: Frame): Uint8Array {
  return typeof frame === 'string' ? encoder.encode(frame) : frame;
}
