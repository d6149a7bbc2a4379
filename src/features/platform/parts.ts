import type { ApiKeys } from '../../core/access/api-keys.ts';
import type { LiveApps } from '../../core/access/apps.ts';
import type { Namespace } from '../../core/channels/namespace.ts';
import type { Jobs } from '../../core/jobs/jobs.ts';
import { Turns } from '../../core/jobs/turns.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';

/** What the feature looks after, and what it must know of the rest. */
export type PlatformSettings = {
  readonly apiKeys: ApiKeys;
  readonly apps: LiveApps;
  readonly jobs: Jobs;
  /** The methods of the server API. */
  readonly methods: readonly string[];
  /** The namespaces of the settings; apps may be in those that are logs, not in maps and polls. */
  readonly namespaces: Readonly<Record<string, Namespace>>;
  /** Those of features, which are not for keys and apps. */
  readonly reserved: ReadonlySet<string>;
};

/** What the feature's files share. */
export type Parts = PlatformSettings & {
  readonly host: FeatureHost;
  /** Changes come one after the other: each is made of what the one before has left. */
  readonly turns: Turns;
};

export function createParts(host: FeatureHost, settings: PlatformSettings): Parts {
  return { ...settings, host, turns: new Turns() };
}
