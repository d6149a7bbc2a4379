import type { Connection, Fanout } from '../../core/connection.ts';
import type { Frame } from '../../core/protocol.ts';
import { randomText } from '../../core/random-text.ts';
import type { Session } from '../../core/session.ts';

/** How frames stand in a response's body. */
export type Framing = {
  readonly contentType: string;
  /** What comes before the first frame. */
  readonly preamble: string;
  wrap(frame: Frame): Frame;
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

const encoder = new TextEncoder();

/** Who hears what is published to a topic. */
export type Listener = Pick<Connection, 'send'>;

/** The connections that are no sockets: their fan-out by topic, and how clients of streams reach them. */
export class Streams implements Fanout {
  readonly #topics = new Map<string, Set<Listener>>();
  readonly #byKey = new Map<string, StreamConnection>();

  publish(topic: string, frame: Frame): void {
    for (const connection of this.#topics.get(topic) ?? []) connection.send(frame);
  }

  /** Undefined when the stream has ended, or never was. */
  byKey(key: string): StreamConnection | undefined {
    return this.#byKey.get(key);
  }

  /** Answers with a stream, and opens a session for it. `maxBacklogBytes`: see `SocketBounds`. */
  open(framing: Framing, maxBacklogBytes: number, openSession: (connection: Connection) => Session): StreamConnection {
    const connection = new StreamConnection(this, framing, maxBacklogBytes);
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

/** A response whose body goes on as long as the client listens. */
export class StreamConnection implements Connection {
  readonly streamKey = randomText(32);
  readonly response: Response;
  session: Session | undefined;
  readonly #streams: Streams;
  readonly #framing: Framing;
  readonly #maxBacklogBytes: number;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(streams: Streams, framing: Framing, maxBacklogBytes: number) {
    this.#streams = streams;
    this.#framing = framing;
    this.#maxBacklogBytes = maxBacklogBytes;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#body = controller;
          if (framing.preamble !== '') controller.enqueue(encoder.encode(framing.preamble));
        },
        cancel: () => this.#gone(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxBacklogBytes }),
    );
    this.response = new Response(body, { headers: { 'Content-Type': framing.contentType, ...NO_BUFFERING } });
  }

  send(frame: Frame): void {
    const body = this.#body;
    if (body === undefined) return;
    const wrapped = this.#framing.wrap(frame);
    if (wrapped.length === 0) return;
    body.enqueue(typeof wrapped === 'string' ? encoder.encode(wrapped) : wrapped);
    // Past the bound the stream ends behind what it holds, so that nobody misses a frame unknowingly; the client comes
    // back and recovers.
    if ((body.desiredSize ?? 0) < 0) this.close();
  }

  backlog(): number {
    return this.#maxBacklogBytes - (this.#body?.desiredSize ?? this.#maxBacklogBytes);
  }

  join(topic: string): void {
    this.#streams.join(topic, this);
  }

  leave(topic: string): void {
    this.#streams.leave(topic, this);
  }

  close(): void {
    this.#body?.close();
    this.#gone();
  }

  #gone(): void {
    this.#body = undefined;
    this.#streams.forget(this);
    this.#framing.gone?.();
    this.session?.closed();
    this.session = undefined;
  }
}
