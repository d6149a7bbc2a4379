import type { NamespaceDefinition } from '../core/operations/feature.ts';
import { ACCOUNTS_NAMESPACES } from '../features/accounts/namespaces.ts';
import { CHAT_NAMESPACES } from '../features/chat/namespaces.ts';
import { CONSOLE_NAMESPACES } from '../features/console/namespaces.ts';
import { SOCKETIO_NAMESPACES } from '../protocols/socketio/protocol.ts';

const BY_FEATURE = {
  accounts: ACCOUNTS_NAMESPACES,
  chat: CHAT_NAMESPACES,
  console: CONSOLE_NAMESPACES,
  socketio: SOCKETIO_NAMESPACES,
};

const ALL = Object.entries(BY_FEATURE).flatMap(([feature, namespaces]) =>
  Object.entries(namespaces).map(([name, definition]) => ({ name, feature, definition })),
);

/** The names of the features' namespaces, which settings and apps cannot use, with the feature's name. */
export const FEATURE_NAMESPACES: ReadonlyMap<string, string> = new Map(ALL.map(({ name, feature }) => [name, feature]));

/** The options of each. */
export const FEATURE_DEFINITIONS: Readonly<Record<string, NamespaceDefinition>> = Object.fromEntries(
  ALL.map(({ name, definition }) => [name, { ...definition, ofFeature: true }]),
);
