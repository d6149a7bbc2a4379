import type { Server } from 'bun';
import type { App } from '../../app/compose.ts';
import { ClientError } from '../../core/errors.ts';
import { callerOf } from '../../core/measures/tracing.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import type { Caller } from './entrance.ts';
import { readBody } from './read-body.ts';
import { EVENTS, type Framing, JSON_LINES, LAST_WORDS_S, PROTOBUF, type Streams } from './streams.ts';
import type { SocketData } from './websocket.ts';

const BINARY = 'application/octet-stream';

type Parts = {
  readonly app: Pick<App, 'node' | 'centrifuge'>;
  readonly streams: Streams;
  readonly server: Pick<Server<SocketData>, 'timeout'>;
  readonly bounds: Bounds;
};
type Beginning = {
  readonly format: 'json' | 'protobuf';
  readonly framing: Framing;
  readonly first: Frame;
  readonly transport: 'http_stream' | 'sse';
};
type Bounds = { readonly maxFrameBytes: number; readonly maxBacklogBytes: number };

/**
 * The Centrifuge protocol without WebSocket: server frames are sent in an endless response, client frames in requests
 * of their own. https://centrifugal.dev/docs/transports/http_stream
 */
export class Emulation {
  readonly #app: Pick<App, 'node' | 'centrifuge'>;
  readonly #streams: Streams;
  readonly #server: Pick<Server<SocketData>, 'timeout'>;
  readonly #bounds: Bounds;

  constructor({ app, streams, server, bounds }: Parts) {
    this.#app = app;
    this.#streams = streams;
    this.#server = server;
    this.#bounds = bounds;
  }

  /** `POST /connection/http_stream`: the body is the first frame. */
  async httpStream(request: Request, caller: Caller): Promise<Response> {
    const body = await readBody(request, this.#bounds.maxFrameBytes);
    const isBinary = request.headers.get('Content-Type') === BINARY;
    return this.#open(request, caller, {
      format: isBinary ? 'protobuf' : 'json',
      framing: isBinary ? PROTOBUF : JSON_LINES,
      first: body,
      transport: 'http_stream',
    });
  }

  /** `GET /connection/sse?cf_connect=…`, or `POST` with the first frame as its body. */
  async events(request: Request, caller: Caller): Promise<Response> {
    const first = new URL(request.url).searchParams.get('cf_connect');
    const frame = first ?? (await readBody(request, this.#bounds.maxFrameBytes));
    return this.#open(request, caller, { format: 'json', framing: EVENTS, first: frame, transport: 'sse' });
  }

  /** `POST /emulation`: a frame for a stream of this node. */
  async emulate(request: Request): Promise<Response> {
    const body = await readBody(request, this.#bounds.maxFrameBytes);
    const { node, session, frame } = this.#app.centrifuge.decodeEmulation(
      body,
      request.headers.get('Content-Type') === BINARY,
    );
    if (node !== this.#app.node.name) throw new ClientError('notFound', { field: 'node', message: 'no such node' });
    const connection = this.#streams.byKey(session);
    if (connection === undefined) throw new ClientError('notFound', { field: 'session', message: 'no such session' });
    connection.session?.receive(frame, callerIn(request));
    return new Response(null, { status: 204 });
  }

  #open(request: Request, caller: Caller, { format, framing, first, transport }: Beginning): Response {
    const { principal, address, headers } = caller;
    const protocol = this.#app.centrifuge[format];
    const { maxBacklogBytes } = this.#bounds;
    const waitNoLonger = () => this.#server.timeout(request, LAST_WORDS_S);
    const connection = this.#streams.open(framing, { maxBacklogBytes, waitNoLonger }, (opened) =>
      this.#app.node.open({
        ...{ connection: opened, protocol, principal, address, transport },
        ...(headers && { headers }),
      }),
    );
    connection.session?.receive(first);
    return connection.response;
  }
}

function callerIn({ headers }: Request): ReturnType<typeof callerOf> {
  return callerOf((name) => headers.get(name));
}
