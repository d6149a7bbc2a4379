import type { SpanContext } from '@opentelemetry/api';
import type { Span, TraceContext } from '../../ports/traces.ts';
import { writeContext } from './trace-context.ts';

/** Stands for work that is not recorded here, in a trace of somebody else's: others are told of that trace unchanged. */
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
