import type { Migration } from '../core/operations/feature.ts';
import { ACCOUNTS_MIGRATIONS } from '../features/accounts/tables.ts';
import { CHAT_MIGRATIONS } from '../features/chat/tables.ts';
import { PLATFORM_MIGRATIONS } from '../features/platform/tables.ts';

/**
 * Each feature's schema steps. A list only grows at its end, and a step touches only its feature's tables: a database
 * that has another list's newest steps already takes the new ones just as an empty one does (migrations.test.ts).
 */
export const FEATURE_MIGRATIONS: Readonly<Record<string, readonly Migration[]>> = {
  accounts: ACCOUNTS_MIGRATIONS,
  chat: CHAT_MIGRATIONS,
  platform: PLATFORM_MIGRATIONS,
};

/** All of them, in the order in which an empty database takes them. */
export const MIGRATIONS: readonly Migration[] = Object.values(FEATURE_MIGRATIONS).flat();
