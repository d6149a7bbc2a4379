import type { FeatureHost, People } from '../../core/feature.ts';
import type { Inspection } from '../../core/inspection.ts';

export type ConsoleHost = Pick<FeatureHost, 'channels' | 'clock' | 'telemetry'>;

/** What the operations of the console are made of. */
export type Parts = {
  readonly host: ConsoleHost;
  readonly people: People;
  readonly inspection: Inspection;
};
