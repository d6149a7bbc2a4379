import type { Connection, Fanout } from '../../core/protocol/connection.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import type { Session } from '../../core/sessions/session.ts';
import { randomText } from '../../core/text/random-text.ts';

/** How frames are encoded in a response's body. */
export type Framing = {
  readonly contentType: string;
  /** The bytes before the first frame. */
  readonly preamble: string;
  wrap(frame: Frame): Frame;
  /**
   * If `wrap` depends on what the client was sent before, a key for that state: clients in the same state are sent the
   * same bytes, which are encoded once. `pass` records what such a client is sent.
   */
  readonly place?: string;
  /** `place`: the other one's state then. */
  pass?(frame: Frame, place: string): void;
  /** The stream has ended, on either side. */
  gone?(): void;
};

/** One JSON object per line. */
export const JSON_LINES: Framing = {
  contentType: 'application/x-ndjson; charset=utf-8',
  preamble: '',
  wrap: (frame) => `${frame}\n`,
};

/** Protobuf messages, which are already length-prefixed. */
export const PROTOBUF: Framing = { contentType: 'application/octet-stream', preamble: '', wrap: (frame) => frame };

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const EVENTS: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  // Something at once, so that a proxy passes the headers on.
  preamble: ':\n\n',
  wrap: (frame) =>
    String(frame)
      // It ends a line here too. In valid JSON it occurs only between tokens.
      .replaceAll('\r', ' ')
      .split('\n')
      .map((line) => `data: ${line}\n\n`)
      .join(''),
};

const NO_BUFFERING = {
  'Cache-Control': 'private, no-cache, no-store, no-transform, must-revalidate, max-age=0',
  // For nginx, which would otherwise buffer the stream.
  'X-Accel-Buffering': 'no',
} as const;

/** Headers of an event stream. */
export const EVENT_STREAM_HEADERS = { 'Content-Type': EVENTS.contentType, ...NO_BUFFERING } as const;

/** The response to `HEAD` of an event stream: Bun ends it after the headers, which must not contain a length. */
export function eventStreamHead(): Response {
  return new Response(new ReadableStream(), { headers: EVENT_STREAM_HEADERS });
}

const encoder = new TextEncoder();

/**
 * How long a client may take to read the rest of an ended stream, in seconds. Without a limit it could occupy memory
 * for as long as it likes.
 */
export const LAST_WORDS_S = 5;

/** A published frame's bytes by state (see `Framing`). */
type Wrapped = Map<string, { readonly bytes: Uint8Array; readonly place: string }>;

/** A topic's listeners; several of them share an encoding. */
export type Listener = { send(frame: Frame, wrapped?: Wrapped): void };

/** Connections without a socket: their fan-out by topic, and how to reach the clients of streams. */
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

  /** Undefined if the stream has ended or never existed. */
  byKey(key: string): StreamConnection | undefined {
    return this.#byKey.get(key);
  }

  /** Responds with a stream, and opens a session for it. */
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
  /** Everything was sent: a client that does not read the rest is dropped. */
  readonly waitNoLonger: () => void;
};

/** A response whose body continues as long as the client listens. */
export class StreamConnection implements Connection {
  readonly streamKey = randomText(32);
  readonly response: Response;
  session: Session | undefined;
  readonly #streams: Streams;
  readonly #framing: Framing;
  readonly #bounds: StreamBounds;
  /** The buffer limit is exceeded: what follows are the last words. */
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
    // No state key looks like a content type.
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

  /** The stream ends after its buffer, so that no frame is missed silently; the client reconnects and recovers. */
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
