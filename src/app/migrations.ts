import type { Migration } from '../core/operations/feature.ts';
import { ACCOUNTS_MIGRATIONS } from '../features/accounts/tables.ts';
import { CHAT_MIGRATIONS } from '../features/chat/tables.ts';
import { PLATFORM_MIGRATIONS } from '../features/platform/tables.ts';

/**
 * Each feature's schema steps. Lists are append-only, and a step changes only its feature's tables: so a database with
 * the newest steps of one list applies new steps of another just like an empty one (migrations.test.ts).
 */
export const FEATURE_MIGRATIONS: Readonly<Record<string, readonly Migration[]>> = {
  accounts: ACCOUNTS_MIGRATIONS,
  chat: CHAT_MIGRATIONS,
  platform: PLATFORM_MIGRATIONS,
};

/** All of them, in the order for an empty database. */
export const MIGRATIONS: readonly Migration[] = Object.values(FEATURE_MIGRATIONS).flat();
