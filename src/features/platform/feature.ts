import { platformContract } from '../../contracts/platform/contract.ts';
import type { Feature, FeatureHost } from '../../core/operations/feature.ts';
import { bindOperations, type Handlers } from '../../core/operations/operation.ts';
import { apiKeyHandlers, loadApiKeys } from './api-keys.ts';
import { appHandlers, loadApps } from './apps.ts';
import { deadLetterHandlers } from './dead-letters.ts';
import { createParts, type PlatformSettings } from './parts.ts';

export type { PlatformSettings } from './parts.ts';

export type Platform = {
  readonly feature: Feature;
  /** To be called once, before the first connection: brings in the keys and apps that were made before this start. */
  load(): Promise<void>;
};

/** The feature for whoever runs the engine: API keys, apps and dead letters, for the owner alone. */
export function createPlatform(host: FeatureHost, settings: PlatformSettings): Platform {
  const parts = createParts(host, settings);
  const handlers: Handlers<typeof platformContract> = {
    ...apiKeyHandlers(parts),
    ...appHandlers(parts),
    ...deadLetterHandlers(parts),
  };
  return {
    feature: { name: 'platform', operations: bindOperations(platformContract, handlers) },
    load: async () => {
      await Promise.all([loadApiKeys(parts), loadApps(parts)]);
    },
  };
}
