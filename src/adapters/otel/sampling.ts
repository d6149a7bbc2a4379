import { ROOT_CONTEXT, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import type { SamplerName } from './samplers.ts';

export type Sampling = {
  readonly sampler: SamplerName;
  /** The ratio that is recorded, from 0 to 1, for samplers with one. */
  readonly ratio: number;
};

/** Traces per second recorded on callers' decisions; above it our own decision applies to them too. */
const CALLER_DECISIONS = 100;
const SECOND_MS = 1_000;

/** Decides what is recorded, before a span is created. */
export class Sampler {
  readonly #share: number;
  readonly #byTraceId: TraceIdRatioBasedSampler;
  readonly #asksCaller: boolean;
  readonly #now: () => number;
  #second = 0;
  #granted = 0;

  /** `now`: milliseconds. */
  constructor({ sampler, ratio }: Sampling, now: () => number) {
    const share = sampler.endsWith('always_on') ? 1 : sampler.endsWith('always_off') ? 0 : ratio;
    this.#share = share;
    this.#byTraceId = new TraceIdRatioBasedSampler(share);
    this.#asksCaller = sampler.startsWith('parentbased_');
    this.#now = now;
  }

  /** `parent`: the caller's trace, if any. */
  records(parent: SpanContext | undefined): boolean {
    if (parent === undefined) return Math.random() < this.#share;
    if (!this.#asksCaller) return this.#chooses(parent);
    if ((parent.traceFlags & TraceFlags.SAMPLED) === 0) return false;
    return this.#grants() || this.#chooses(parent);
  }

  /** The same for everyone who decides by this trace id. */
  #chooses({ traceId }: SpanContext): boolean {
    return this.#byTraceId.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  /** Any caller can set the header that requests recording. */
  #grants(): boolean {
    const second = Math.floor(this.#now() / SECOND_MS);
    if (second !== this.#second) [this.#second, this.#granted] = [second, 0];
    this.#granted += 1;
    return this.#granted <= CALLER_DECISIONS;
  }
}
