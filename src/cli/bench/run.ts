import type { WireClient } from '../../wire-clients/wire-client.ts';
import type { BenchOptions } from './options.ts';
import type { OwnLimits } from './own-limits.ts';
import type { Payloads, Stamp } from './payload.ts';
import type { Tally } from './tally.ts';

/** A scenario's environment. */
export type Run = {
  readonly options: BenchOptions;
  readonly client: WireClient<Stamp | undefined>;
  readonly payloads: Payloads;
  readonly channel: string;
  readonly tally: Tally;
  readonly own: OwnLimits;
  /** Aborted when the user interrupts the run. */
  readonly signal: AbortSignal;
  /** Shows the user what is being done. */
  readonly onPhase: (phase: string) => void;
};

/** A scenario's results, besides the tally. */
export type Findings = {
  /** How long it measured, in seconds. */
  readonly seconds: number;
  /** Each of these is a fault of the deployment if it is not 0. */
  readonly lost?: number;
  readonly duplicates?: number;
  readonly outOfOrder?: number;
  /** Clients that were not recovered, and all that reconnected. */
  readonly unrecovered?: number;
  readonly returned?: number;
  /** Notes for the reader of these results. */
  readonly notes: readonly string[];
};
