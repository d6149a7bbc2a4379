import type { Attributes, Span, SpanKind, TraceContext, Traces } from '../../src/ports/traces.ts';

/** A span that tests can inspect. */
class RecordedSpan implements Span {
  readonly isRecorded = true;
  readonly traceId = 'trace';
  readonly spanId: string;
  attributes: Attributes = {};
  readonly #traces: RecordedTraces;
  readonly #name: string;
  readonly #parent: string | undefined;
  readonly #links: string[];
  #failure = '';
  #hasEnded = false;

  constructor(traces: RecordedTraces, name: string, above: { readonly parent?: string; readonly links: string[] }) {
    this.#traces = traces;
    this.spanId = name;
    this.#name = name;
    this.#parent = above.parent;
    this.#links = above.links;
    traces.spans.push(this);
  }

  get context(): TraceContext {
    return { traceparent: this.spanId };
  }

  child(name: string, _kind: SpanKind, links: readonly Span[] = []): Span {
    return new RecordedSpan(this.#traces, name, { parent: this.#name, links: links.map(({ spanId }) => spanId) });
  }

  set(attributes: Attributes): void {
    this.attributes = { ...this.attributes, ...attributes };
  }

  link(other: Span): void {
    this.#links.push(other.spanId);
  }

  fail(thrown: unknown): void {
    this.#failure = thrown instanceof Error ? thrown.message : String(thrown);
  }

  end(): void {
    this.#hasEnded = true;
  }

  /** `name < parent (links), failed: why, ended` */
  told(): string {
    const above = this.#parent === undefined ? '' : ` < ${this.#parent}`;
    const links = this.#links.length === 0 ? '' : ` (${this.#links.join(' ')})`;
    const failure = this.#failure === '' ? '' : `, failed: ${this.#failure}`;
    return `${this.#name}${above}${links}${failure}${this.#hasEnded ? ', ended' : ''}`;
  }
}

/** Records every span and keeps it. */
export class RecordedTraces implements Traces {
  readonly spans: RecordedSpan[] = [];

  begin(name: string): Span {
    return new RecordedSpan(this, name, { links: [] });
  }

  resume(name: string, _kind: SpanKind, causes: readonly [TraceContext, ...TraceContext[]]): Span {
    const links = causes.map(({ traceparent }) => traceparent);
    return new RecordedSpan(this, name, { parent: causes[0].traceparent, links });
  }

  /** All spans as text, in start order. */
  told(): string[] {
    return this.spans.map((span) => span.told());
  }
}
