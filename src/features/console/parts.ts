import type { FeatureHost, People } from '../../core/feature.ts';
import type { Inspection } from '../../core/inspection.ts';
import type { UserContext } from '../../core/operation.ts';
import type { Fields } from '../../ports/telemetry.ts';

export type ConsoleHost = Pick<FeatureHost, 'channels' | 'clock' | 'telemetry'>;

/** What the operations of the console are made of. */
export type Parts = {
  readonly host: ConsoleHost;
  readonly people: People;
  /** Of the node, once there is one. */
  readonly inspection: () => Inspection;
};

/** Leaves a line in the log that says who did what. Never what was published. */
export function audit({ host }: Parts, { principal, address }: UserContext, event: string, fields: Fields): void {
  host.telemetry.record('info', `console.${event}`, { by: principal.user, address, ...fields });
}
