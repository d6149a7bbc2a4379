import { ROOT_CONTEXT, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import type { SamplerName } from './samplers.ts';

export type Sampling = {
  readonly sampler: SamplerName;
  /** The part that is recorded, from 0 to 1, where the sampler has one. */
  readonly ratio: number;
};

/** Traces a second that callers can have recorded by their own decision; past it ours holds for theirs too. */
const CALLERS_WISHES = 100;
const SECOND_MS = 1_000;

/** Decides what is recorded, before anything is made of it. */
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

  /** `parent`: the trace that a caller is in, if any. */
  records(parent: SpanContext | undefined): boolean {
    if (parent === undefined) return Math.random() < this.#share;
    if (!this.#asksCaller) return this.#chooses(parent);
    if ((parent.traceFlags & TraceFlags.SAMPLED) === 0) return false;
    return this.#grants() || this.#chooses(parent);
  }

  /** The same for all who decide by the id of this trace. */
  #chooses({ traceId }: SpanContext): boolean {
    return this.#byTraceId.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  /** Anybody can write into a header that they want to be recorded. */
  #grants(): boolean {
    const second = Math.floor(this.#now() / SECOND_MS);
    if (second !== this.#second) [this.#second, this.#granted] = [second, 0];
    this.#granted += 1;
    return this.#granted <= CALLERS_WISHES;
  }
}
