import { ROOT_CONTEXT, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span, SpanKind, TraceContext, Traces } from '../../ports/traces.ts';
import { BoundedProcessor, type SpanCounters } from './bounded-processor.ts';
import { fineTime } from './fine-clock.ts';
import { PassedSpan } from './passed-span.ts';
import { Sampler, type Sampling } from './sampling.ts';
import { KINDS, RecordedSpan } from './span.ts';
import { readContext } from './trace-context.ts';

export type TraceSettings = Sampling & {
  /** The collector's full URL for traces. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Attributes of the service: `service.name` and so on. */
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
};

/** The timeout of one batch, including retries. */
const EXPORT_MS = 5_000;
/** Longest text of an attribute. */
const TEXT_LENGTH = 1_024;
const LINKS = 128;

/** Traces sent to an OpenTelemetry collector, by OTLP over HTTP. */
export class OtelTraces implements Traces {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #sampler: Sampler;

  constructor({ url, headers, resource, version, ...sampling }: TraceSettings, telemetry: Telemetry) {
    const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_MS });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes(resource),
      // Unrecorded spans never reach the library.
      sampler: new AlwaysOnSampler(),
      spanLimits: { attributeValueLengthLimit: TEXT_LENGTH, linkCountLimit: LINKS },
      spanProcessors: [new BoundedProcessor(exporter, fatesOf(telemetry))],
    });
    this.#tracer = this.#provider.getTracer('banyan', version);
    this.#sampler = new Sampler(sampling, Date.now);
  }

  begin(name: string, kind: SpanKind, caller?: TraceContext): Span | undefined {
    const parent = caller && readContext(caller);
    if (!this.#sampler.records(parent)) return parent && new PassedSpan(parent);
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    return new RecordedSpan(
      this.#tracer,
      this.#tracer.startSpan(name, { kind: KINDS[kind], startTime: fineTime() }, context),
    );
  }

  resume(name: string, kind: SpanKind, causes: readonly [TraceContext, ...TraceContext[]]): Span {
    const contexts = causes.slice(0, LINKS).flatMap((cause) => readContext(cause) ?? []);
    const [parent] = contexts;
    if (parent !== undefined && (parent.traceFlags & TraceFlags.SAMPLED) === 0) return new PassedSpan(parent);
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const links = contexts.map((linked) => ({ context: linked }));
    const options = { kind: KINDS[kind], links, startTime: fineTime() };
    return new RecordedSpan(this.#tracer, this.#tracer.startSpan(name, options, context));
  }

  /** Sends pending spans, for at most this many milliseconds. Never rejects. */
  async close(deadlineMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

/** Counts every span, and logs once when the collector becomes unreachable, and once when it is back. */
function fatesOf(telemetry: Telemetry): SpanCounters {
  let isFailing = false;
  let hasDropped = false;
  return {
    exported: (count) => {
      telemetry.count('banyan_spans_exported_total', {}, count);
      // Batches also arrive while spans are dropped because there are too many.
      if (isFailing && !hasDropped) {
        telemetry.record('info', 'traces.recovered');
        isFailing = false;
      }
      hasDropped = false;
    },
    dropped: (count, reason, error) => {
      telemetry.count('banyan_spans_dropped_total', { reason }, count);
      hasDropped = true;
      if (isFailing) return;
      isFailing = true;
      telemetry.record('warn', 'traces.dropped', { reason, ...(error !== undefined && { error: error.message }) });
    },
  };
}
