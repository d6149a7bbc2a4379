import { createTraceState, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { TraceContext } from '../../ports/traces.ts';

/** What every system passes on at least; a longer one is left out. https://www.w3.org/TR/trace-context/#tracestate-limits */
const STATE_LENGTH = 512;
/** Future versions may add to what the first 55 characters say. */
const PARENT_LENGTH = 256;

/** Undefined for what is no trace context. */
export function readContext({ traceparent, tracestate = '' }: TraceContext): SpanContext | undefined {
  const parsed = traceparent.length > PARENT_LENGTH ? null : parseTraceParent(traceparent);
  if (parsed === null) return undefined;
  const isKept = tracestate !== '' && tracestate.length <= STATE_LENGTH;
  return { ...parsed, isRemote: true, ...(isKept && { traceState: createTraceState(tracestate) }) };
}

/** As headers say it. */
export function writeContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  const tracestate = traceState?.serialize() ?? '';
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(tracestate !== '' && { tracestate }) };
}
