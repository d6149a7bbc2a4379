import type { App } from '../../app/compose.ts';
import { ClientError } from '../../core/errors.ts';
import type { Frame, Protocol } from '../../core/protocol.ts';
import type { Caller } from './entrance.ts';
import { readBody } from './read-body.ts';
import { EVENTS, type Framing, JSON_LINES, PROTOBUF, type Streams } from './streams.ts';

const BINARY = 'application/octet-stream';

type Bounds = { readonly maxFrameBytes: number; readonly maxBacklogBytes: number };

/**
 * The Centrifuge protocol where a WebSocket cannot be had: frames come down on a response without an end, and go up
 * as requests of their own. https://centrifugal.dev/docs/transports/http_stream
 */
export class Emulation {
  readonly #app: Pick<App, 'node' | 'centrifuge'>;
  readonly #streams: Streams;
  readonly #bounds: Bounds;

  constructor(app: Pick<App, 'node' | 'centrifuge'>, streams: Streams, bounds: Bounds) {
    this.#app = app;
    this.#streams = streams;
    this.#bounds = bounds;
  }

  /** `POST /connection/http_stream`: the body is the first frame. */
  async httpStream(request: Request, caller: Caller): Promise<Response> {
    const body = await readBody(request, this.#bounds.maxFrameBytes);
    const { json, protobuf } = this.#app.centrifuge;
    if (request.headers.get('Content-Type') === BINARY) return this.#open(protobuf, PROTOBUF, body, caller);
    return this.#open(json, JSON_LINES, body, caller);
  }

  /** `GET /connection/sse?cf_connect=…`, or `POST` with the first frame as its body. */
  async events(request: Request, caller: Caller): Promise<Response> {
    const first = new URL(request.url).searchParams.get('cf_connect');
    const frame = first ?? (await readBody(request, this.#bounds.maxFrameBytes));
    return this.#open(this.#app.centrifuge.json, EVENTS, frame, caller);
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
    connection.session?.receive(frame);
    return new Response(null, { status: 204 });
  }

  #open(protocol: Protocol, framing: Framing, first: Frame, caller: Caller): Response {
    const { principal, address, headers } = caller;
    const connection = this.#streams.open(framing, this.#bounds.maxBacklogBytes, (opened) =>
      this.#app.node.open({ ...{ connection: opened, protocol, principal, address }, ...(headers && { headers }) }),
    );
    connection.session?.receive(first);
    return connection.response;
  }
}
