import { createTraceState, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { TraceContext } from '../../ports/traces.ts';

/**
 * The minimum every system passes on; a longer one is dropped. https://www.w3.org/TR/trace-context/#tracestate-limits
 */
const STATE_LENGTH = 512;
/** Future versions may append to these 55 characters. */
const PARENT_LENGTH = 256;

/** Undefined for an invalid trace context. */
export function readContext({ traceparent, tracestate = '' }: TraceContext): SpanContext | undefined {
  const parsed = traceparent.length > PARENT_LENGTH ? null : parseTraceParent(traceparent);
  if (parsed === null) return undefined;
  const isKept = tracestate !== '' && tracestate.length <= STATE_LENGTH;
  return { ...parsed, isRemote: true, ...(isKept && { traceState: createTraceState(tracestate) }) };
}

/** As a header value. */
export function writeContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  const tracestate = traceState?.serialize() ?? '';
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(tracestate !== '' && { tracestate }) };
}
