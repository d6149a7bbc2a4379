/**
 * The namespaces that features state, each with the feature's name. Kept apart from the features, so that settings can
 * be checked before anything is made or opened; `compose` holds the two together.
 */
export const FEATURE_NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['user', 'accounts'],
  ['people', 'accounts'],
  ['online', 'accounts'],
  ['room', 'chat'],
  ['live', 'chat'],
  ['socketio', 'socketio'],
  ['console', 'console'],
]);
