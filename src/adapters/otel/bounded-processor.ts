import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

/** Spans that wait for the collector, including those being sent. */
const QUEUE_LENGTH = 8_192;
const BATCH_LENGTH = 512;
const BATCH_MS = 1_000;

/** The outcome of spans. */
export type SpanCounters = {
  exported(count: number): void;
  dropped(count: number, reason: 'queueFull' | 'exportFailed', error?: Error): void;
};

/**
 * Passes ended spans to the exporter in batches, and keeps at most `QUEUE_LENGTH` of them: if the collector is slow or
 * gone, new ones are dropped and counted. The library's own processor does the same, but drops silently.
 */
export class BoundedProcessor implements SpanProcessor {
  readonly #fates: SpanCounters;
  readonly #batches: BatchSpanProcessor;
  #held = 0;

  constructor(exporter: SpanExporter, fates: SpanCounters) {
    this.#fates = fates;
    this.#batches = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => exporter.export(spans, (result) => this.#settle(spans.length, result, done)),
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: QUEUE_LENGTH,
      maxExportBatchSize: BATCH_LENGTH,
      scheduledDelayMillis: BATCH_MS,
    });
  }

  onStart(): void {}

  onEnd(span: ReadableSpan & Partial<Span>): void {
    if (this.#held >= QUEUE_LENGTH) return this.#fates.dropped(1, 'queueFull');
    this.#held += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #settle(count: number, result: ExportResult, done: (result: ExportResult) => void): void {
    this.#held -= count;
    if (result.code === ExportResultCode.SUCCESS) this.#fates.exported(count);
    else this.#fates.dropped(count, 'exportFailed', result.error);
    done(result);
  }
}
