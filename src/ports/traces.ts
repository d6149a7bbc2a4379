/** A position in a trace, as in headers. https://www.w3.org/TR/trace-context/ */
export type TraceContext = { readonly traceparent: string; readonly tracestate?: string };

/** The side of a call; `producer` enqueues a message. https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export type SpanKind = 'server' | 'client' | 'producer' | 'internal';

/** Names from OpenTelemetry's semantic conventions where they exist; `banyan.…` otherwise. Never a secret. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A span. Its methods never throw or wait; calls after `end` are ignored. */
export interface Span {
  /** False if it only passes on the caller's trace, and nothing is recorded here. */
  readonly isRecorded: boolean;
  /** 32 and 16 hexadecimal digits: for finding log records. */
  readonly traceId: string;
  readonly spanId: string;
  /** The trace context to pass on to other programs. */
  readonly context: TraceContext;
  /** Starts a child span. `links`: other spans it is done for as well. */
  child(name: string, kind: SpanKind, links?: readonly Span[]): Span;
  set(attributes: Attributes): void;
  /** Links another span. */
  link(other: Span): void;
  /** Marks it as failed by a fault of this installation or its environment. */
  fail(thrown: unknown): void;
  end(): void;
}

/** Starts spans. Not every span is recorded: one that is not costs next to nothing. */
export interface Traces {
  /**
   * Starts a span for an outside request; undefined if it is not recorded and belongs to no trace. `caller` is the
   * caller's trace header, which may be anything.
   */
  begin(name: string, kind: SpanKind, caller?: TraceContext): Span | undefined;
  /** Starts a span that follows from recorded spans here: a child of the first cause, linked to all. */
  resume(name: string, kind: SpanKind, causes: readonly [TraceContext, ...TraceContext[]]): Span;
}
