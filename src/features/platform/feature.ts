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
  /** To be called once, before the first connection: loads the keys and apps created before this start. */
  load(): Promise<void>;
};

/** The platform feature: API keys, apps and dead letters, for the owner only. */
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
