/** Where in a trace something happens, as headers carry it. https://www.w3.org/TR/trace-context/ */
export type TraceContext = { readonly traceparent: string; readonly tracestate?: string };

/** Which side of a call it is; `producer` hands on a message. https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export type SpanKind = 'server' | 'client' | 'producer' | 'internal';

/** Names as OpenTelemetry's semantic conventions have them, where they have one; `banyan.…` otherwise. Never a secret. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A piece of work that is being timed. Nothing here throws or waits; what comes after `end` is passed over. */
export interface Span {
  /** False where it only hands on the caller's trace, in which nothing is recorded here. */
  readonly isRecorded: boolean;
  /** 32 and 16 hexadecimal digits: what log records are found by. */
  readonly traceId: string;
  readonly spanId: string;
  /** What those are given that go on with the work elsewhere. */
  readonly context: TraceContext;
  /** A piece of work within this one. `links`: others that it is done for as well. */
  child(name: string, kind: SpanKind, links?: readonly Span[]): Span;
  set(attributes: Attributes): void;
  /** Another piece of work has to do with this one. */
  link(other: Span): void;
  /** It went wrong, and that is this installation's fault or its surroundings'. */
  fail(thrown: unknown): void;
  end(): void;
}

/** Where spans begin. Not every piece of work is recorded: one that is not costs next to nothing. */
export interface Traces {
  /**
   * Work that somebody outside asks for; undefined when it is not recorded and they are in no trace either. `caller` is
   * what they say of their own trace, which may be anything.
   */
  begin(name: string, kind: SpanKind, caller?: TraceContext): Span | undefined;
  /** Work that follows from recorded work of this installation: a child of the first cause, linked to all. */
  resume(name: string, kind: SpanKind, causes: readonly [TraceContext, ...TraceContext[]]): Span;
}
