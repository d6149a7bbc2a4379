import { isLoopback } from './address-rules.ts';
import { API_KEY_LENGTH } from './api-keys-setting.ts';
import type { Config, SettingKey } from './config.ts';
import { SECRET_LENGTH } from './setting.ts';

/** A value that violates a rule between two settings. */
export type Conflict = { readonly key: SettingKey; readonly rule: string };

/** The first violated rule between settings. */
export function findConflict(config: Config): Conflict | undefined {
  if (config.clientInsecure && !isLoopback(config.host)) {
    return { key: 'host', rule: 'must be a loopback address (localhost) while clientInsecure is on' };
  }
  const { length } = config.tokenSecret;
  if (length > 0 && length < SECRET_LENGTH && !config.clientInsecure) {
    return { key: 'tokenSecret', rule: `must be empty, or at least ${SECRET_LENGTH} characters` };
  }
  if (config.apiKeys.some((key) => key.length < API_KEY_LENGTH) && !config.clientInsecure) {
    return { key: 'apiKeys', rule: `must each have at least ${API_KEY_LENGTH} characters` };
  }
  const wrongUsers = findWrongUsers(config);
  if (wrongUsers !== undefined) return wrongUsers;
  const withoutBackend = findUnheard(config);
  if (withoutBackend !== undefined) return withoutBackend;
  const wrongMap = findWrongMap(config);
  if (wrongMap !== undefined) return wrongMap;
  if (config.pongSeconds >= config.pingSeconds) {
    return { key: 'pongSeconds', rule: `must be less than pingSeconds (${config.pingSeconds})` };
  }
  return undefined;
}

/** User channels that others could subscribe to, and tokens that anybody could sign. */
function findWrongUsers(config: Config): Conflict | undefined {
  const { namespaces, personalChannels, personalNamespace, userBoundary, userSeparator, tokenPreviousSecret } = config;
  if (userSeparator.includes(userBoundary) || (userSeparator !== '' && userBoundary.includes(userSeparator))) {
    return { key: 'userSeparator', rule: 'must be neither a part of userBoundary, nor have it as a part' };
  }
  if (tokenPreviousSecret.length > 0 && tokenPreviousSecret.length < SECRET_LENGTH && !config.clientInsecure) {
    return { key: 'tokenPreviousSecret', rule: `must be empty, or at least ${SECRET_LENGTH} characters` };
  }
  if (!personalChannels) return undefined;
  const options = Object.hasOwn(namespaces, personalNamespace) ? namespaces[personalNamespace] : undefined;
  if (options === undefined)
    return { key: 'personalNamespace', rule: 'must be the name of a namespace of the settings' };
  if (options.userChannels || options.subscribe === 'nobody' || options.subscribe === 'backend') return undefined;
  const rule = 'must name a namespace with userChannels, as others could subscribe to channels of users otherwise';
  return { key: 'personalNamespace', rule };
}

/** Presence needs a map of the right type; and presence and a backend's items must not be stored. */
function findWrongMap({ namespaces }: Config): Conflict | undefined {
  for (const [name, { type, history, clientsMap, usersMap }] of Object.entries(namespaces)) {
    if (type !== 'stream' && type !== 'map' && history === 'durable') {
      return { key: 'namespaces', rule: `must keep no durable history in "${name}", which is of type ${type}` };
    }
    for (const [map, wanted] of [
      [clientsMap, 'mapClients'],
      [usersMap, 'mapUsers'],
    ] as const) {
      if (map === '' || namespaces[map]?.type === wanted) continue;
      return { key: 'namespaces', rule: `must have a namespace "${map}" of type ${wanted}, as "${name}" names it` };
    }
  }
  return undefined;
}

/** A namespace that delegates to a missing backend, or a backend without a shared secret. */
function findUnheard({
  namespaces,
  backendUrls,
  backendSecret,
  pollSecret,
  clientInsecure,
}: Config): Conflict | undefined {
  for (const [name, options] of Object.entries(namespaces)) {
    for (const event of ['subscribe', 'publish'] as const) {
      if (options[event] !== 'backend' || backendUrls[event] !== undefined) continue;
      return {
        key: 'backendUrls',
        rule: `must have "${event}", as the namespace "${name}" leaves that to the backend`,
      };
    }
  }
  const polled = Object.entries(namespaces).find(([, { type }]) => type === 'sharedPoll');
  if (polled !== undefined && polled[1].pollUrl === '') {
    return { key: 'namespaces', rule: `must have a pollUrl in "${polled[0]}", as it is a shared poll` };
  }
  if (polled !== undefined && pollSecret.length < SECRET_LENGTH && !clientInsecure) {
    return {
      key: 'pollSecret',
      rule: `must have at least ${SECRET_LENGTH} characters, as "${polled[0]}" is a shared poll`,
    };
  }
  if (Object.keys(backendUrls).length === 0 || backendSecret.length >= SECRET_LENGTH || clientInsecure)
    return undefined;
  return { key: 'backendSecret', rule: `must have at least ${SECRET_LENGTH} characters where there are backendUrls` };
}
