import { type CollectedSpan, decodeSpans } from './otlp.ts';

/** What the collector does with a request: accept it, refuse it, or never respond. */
type Behaviour = 'well' | 'failing' | 'silent';

/** A trace collector: it accepts real OTLP over HTTP in Protobuf, and keeps it. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  /** Headers of the last request. */
  headers = new Headers();
  requests = 0;
  behaviour: Behaviour = 'well';
  readonly #server: Bun.Server<undefined>;

  constructor() {
    this.#server = Bun.serve({ port: 0, idleTimeout: 255, fetch: (request) => this.#answer(request) });
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Waits for a span. */
  async span(what: string, fits: (span: CollectedSpan) => boolean): Promise<CollectedSpan> {
    for (let waited = 0; waited < 10_000; waited += 20) {
      const found = this.spans.find(fits);
      if (found !== undefined) return found;
      await Bun.sleep(20);
    }
    throw new Error(`no span came: ${what}, only ${this.spans.map(({ name }) => name).join(', ')}`);
  }

  /** The spans of one trace, once all these names have arrived. */
  async trace(traceId: string, ...names: readonly string[]): Promise<CollectedSpan[]> {
    for (const name of names) await this.span(name, (span) => span.traceId === traceId && span.name === name);
    return this.spans.filter((span) => span.traceId === traceId);
  }

  stop(): Promise<void> {
    return this.#server.stop(true);
  }

  async #answer(request: Request): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    this.requests += 1;
    this.headers = request.headers;
    if (this.behaviour === 'failing') return new Response('no', { status: 500 });
    if (this.behaviour === 'silent') await new Promise(() => undefined);
    if (new URL(request.url).pathname !== '/v1/traces') return new Response('no such path', { status: 404 });
    this.spans.push(...decodeSpans(body));
    return new Response(new Uint8Array(), { headers: { 'Content-Type': 'application/x-protobuf' } });
  }
}
