import type { Inspection } from '../../core/node/inspection.ts';
import type { FeatureHost, People } from '../../core/operations/feature.ts';

export type ConsoleHost = Pick<FeatureHost, 'channels' | 'clock' | 'telemetry'>;

/** The dependencies of the operations of the console. */
export type Parts = {
  readonly host: ConsoleHost;
  readonly people: People;
  readonly inspection: Inspection;
};
