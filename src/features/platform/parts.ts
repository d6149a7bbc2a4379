import type { ApiKeys } from '../../core/access/api-keys.ts';
import type { LiveApps } from '../../core/access/apps.ts';
import type { Namespace } from '../../core/channels/namespace.ts';
import type { Jobs } from '../../core/jobs/jobs.ts';
import { Turns } from '../../core/jobs/turns.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';

/** The feature's dependencies. */
export type PlatformSettings = {
  readonly apiKeys: ApiKeys;
  readonly apps: LiveApps;
  readonly jobs: Jobs;
  /** The methods of the server API. */
  readonly methods: readonly string[];
  /** The namespaces of the settings; apps may use log namespaces, not maps and polls. */
  readonly namespaces: Readonly<Record<string, Namespace>>;
  /** Feature namespaces, which keys and apps cannot use. */
  readonly reserved: ReadonlySet<string>;
};

/** State shared by the feature's files. */
export type Parts = PlatformSettings & {
  readonly host: FeatureHost;
  /** Changes run one after another: each starts from the result of the one before. */
  readonly turns: Turns;
};

export function createParts(host: FeatureHost, settings: PlatformSettings): Parts {
  return { ...settings, host, turns: new Turns() };
}
