import { ACCESS_SETTINGS, CLIENT_ACCESS_SETTINGS } from './access-settings.ts';
import { BACKEND_SETTINGS } from './backend-settings.ts';
import { CHANNEL_SETTINGS } from './channel-settings.ts';
import { CHAT_SETTINGS } from './chat-settings.ts';
import { CONNECTION_SETTINGS } from './connection-settings.ts';
import { CHAT_RATE_SETTINGS, LIMIT_SETTINGS } from './limit-settings.ts';
import { LOG_SETTINGS, SERVER_SETTINGS } from './server-settings.ts';
import type { Setting } from './setting.ts';
import { STORAGE_SETTINGS } from './storage-settings.ts';
import { TOKEN_SETTINGS } from './token-settings.ts';
import { TRACE_SETTINGS } from './trace-settings.ts';
import { USER_SETTINGS } from './user-settings.ts';

/** All settings, in the order of docs/config.md and `banyan help`, which are generated from this table. */
export const SETTINGS = {
  ...SERVER_SETTINGS,
  ...CHAT_SETTINGS,
  ...BACKEND_SETTINGS,
  ...ACCESS_SETTINGS,
  ...TOKEN_SETTINGS,
  ...USER_SETTINGS,
  ...CLIENT_ACCESS_SETTINGS,
  ...CHANNEL_SETTINGS,
  ...LIMIT_SETTINGS,
  ...CHAT_RATE_SETTINGS,
  ...CONNECTION_SETTINGS,
  ...STORAGE_SETTINGS,
  ...LOG_SETTINGS,
  ...TRACE_SETTINGS,
} as const satisfies Record<string, Setting>;

export type SettingKey = keyof typeof SETTINGS;

/** The validated settings. */
export type Config = {
  readonly [K in SettingKey]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};
