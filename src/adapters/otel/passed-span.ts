import type { SpanContext } from '@opentelemetry/api';
import type { Span, TraceContext } from '../../ports/traces.ts';
import { writeContext } from './trace-context.ts';

/** A span that is not recorded here, in a caller's trace: the trace is passed on unchanged. */
export class PassedSpan implements Span {
  readonly isRecorded = false;
  readonly traceId: string;
  readonly spanId: string;
  readonly context: TraceContext;

  constructor(caller: SpanContext) {
    this.traceId = caller.traceId;
    this.spanId = caller.spanId;
    this.context = writeContext(caller);
  }

  child(): Span {
    return this;
  }

  set(): void {}
  link(): void {}
  fail(): void {}
  end(): void {}
}
