import {
  type Attributes as OtelAttributes,
  SpanKind as OtelKind,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Span, SpanKind, TraceContext } from '../../ports/traces.ts';
import { fineTime } from './fine-clock.ts';
import { writeContext } from './trace-context.ts';

export const KINDS: Readonly<Record<SpanKind, OtelKind>> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
};

/** A span of the port that wraps a recorded span of the library. */
export class RecordedSpan implements Span {
  readonly isRecorded = true;
  readonly #tracer: Tracer;
  readonly #span: OtelSpan;

  constructor(tracer: Tracer, span: OtelSpan) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  get context(): TraceContext {
    return writeContext(this.#span.spanContext());
  }

  child(name: string, kind: SpanKind, links: readonly Span[] = []): Span {
    const options = { kind: KINDS[kind], links: links.flatMap(linkTo), startTime: fineTime() };
    const child = this.#tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, this.#span));
    return new RecordedSpan(this.#tracer, child);
  }

  set(attributes: Attributes): void {
    // The library omits undefined attributes, which its types do not express.
    this.#span.setAttributes(attributes as OtelAttributes);
  }

  link(other: Span): void {
    this.#span.addLinks(linkTo(other));
  }

  fail(thrown: unknown): void {
    const error = thrown instanceof Error ? (thrown.cause instanceof Error ? thrown.cause : thrown) : undefined;
    this.#span.recordException(error ?? String(thrown), fineTime());
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? String(thrown) });
  }

  end(): void {
    this.#span.end(fineTime());
  }

  /** For the library's own functions. */
  get spanContext(): ReturnType<OtelSpan['spanContext']> {
    return this.#span.spanContext();
  }
}

function linkTo(span: Span): { context: RecordedSpan['spanContext'] }[] {
  return span instanceof RecordedSpan ? [{ context: span.spanContext }] : [];
}
