import type { WireClient } from '../../wire-clients/wire-client.ts';
import type { BenchOptions } from './options.ts';
import type { OwnLimits } from './own-limits.ts';
import type { Payloads, Stamp } from './payload.ts';
import type { Tally } from './tally.ts';

/** What a scenario runs with. */
export type Run = {
  readonly options: BenchOptions;
  readonly client: WireClient<Stamp | undefined>;
  readonly payloads: Payloads;
  readonly channel: string;
  readonly tally: Tally;
  readonly own: OwnLimits;
  /** Aborted when the person who started it wants no more. */
  readonly signal: AbortSignal;
  /** Tells that person what is being done. */
  readonly onPhase: (phase: string) => void;
};

/** What a scenario found, besides what the tally holds. */
export type Findings = {
  /** How long it measured, in seconds. */
  readonly seconds: number;
  /** Each of these is a fault of the deployment when it is not 0. */
  readonly lost?: number;
  readonly duplicates?: number;
  readonly outOfOrder?: number;
  /** Clients that did not get back what they missed, and all that came back. */
  readonly unrecovered?: number;
  readonly returned?: number;
  /** What a reader should know of these figures. */
  readonly notes: readonly string[];
};
