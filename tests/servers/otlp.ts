import { parse } from 'protobufjs';

/**
 * The part of OpenTelemetry's protocol that a trace collector reads, with its names and numbers.
 * https://github.com/open-telemetry/opentelemetry-proto (collector/trace/v1, trace/v1, common/v1, resource/v1)
 */
const { root } = parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
  message Scope { string name = 1; string version = 2; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    string trace_state = 3;
    bytes parent_span_id = 4;
    string name = 5;
    uint32 kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    repeated Event events = 11;
    repeated Link links = 13;
    Status status = 15;
  }
  message Event { string name = 2; repeated KeyValue attributes = 3; }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Status { string message = 2; uint32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
`);
const REQUEST = root.lookupType('ExportTraceServiceRequest');
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2;

type Value = string | number | boolean;
type Attributes = Readonly<Record<string, Value>>;

/** A span as received by a collector; ids in hexadecimal. */
export type CollectedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for the root span. */
  readonly parent: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  /** Ids of other spans. */
  readonly links: readonly string[];
  readonly traceState: string;
  readonly failed: boolean;
  readonly resource: Attributes;
};

type Pairs = readonly { readonly key: string; readonly value: Readonly<Record<string, Value>> }[];
type WireSpan = Readonly<Record<'traceId' | 'spanId' | 'parentSpanId' | 'name' | 'traceState', string>> &
  Readonly<Record<'startTimeUnixNano' | 'endTimeUnixNano', string>> & {
    readonly kind: number;
    readonly attributes: Pairs;
    readonly events: readonly { readonly name: string; readonly attributes: Pairs }[];
    readonly links: readonly { readonly spanId: string }[];
    readonly status?: { readonly code: number };
  };
type WireRequest = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Pairs };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
};

/** The spans in the body of `POST /v1/traces`. Throws for an invalid body. */
export function decodeSpans(body: Uint8Array): CollectedSpan[] {
  const options = { bytes: String, longs: String, arrays: true };
  const request = REQUEST.toObject(REQUEST.decode(body), options) as WireRequest;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => collected(span, attributesOf(resource.attributes)))),
  );
}

function collected(span: WireSpan, resource: Attributes): CollectedSpan {
  return {
    traceId: hexOf(span.traceId),
    spanId: hexOf(span.spanId),
    parent: hexOf(span.parentSpanId ?? ''),
    name: span.name,
    kind: KINDS[span.kind] ?? 'unspecified',
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
    links: span.links.map(({ spanId }) => hexOf(spanId)),
    traceState: span.traceState ?? '',
    failed: span.status?.code === ERROR,
    resource,
  };
}

function attributesOf(pairs: Pairs): Attributes {
  return Object.fromEntries(
    pairs.map(({ key, value: { intValue, ...value } }) => [
      key,
      intValue === undefined ? (Object.values(value)[0] as Value) : Number(intValue),
    ]),
  );
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
