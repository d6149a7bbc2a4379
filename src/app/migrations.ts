import type { Migration } from '../core/feature.ts';
import { ACCOUNTS_MIGRATIONS } from '../features/accounts/tables.ts';
import { CHAT_MIGRATIONS } from '../features/chat/tables.ts';
import { PLATFORM_MIGRATIONS } from '../features/platform/tables.ts';

/** The features' schema steps, in the order in which they are applied. Only ever grows at its end. */
export const MIGRATIONS: readonly Migration[] = [...ACCOUNTS_MIGRATIONS, ...CHAT_MIGRATIONS, ...PLATFORM_MIGRATIONS];
