import { FEATURE_NAMESPACES } from '../../app/feature-namespaces.ts';
import { type BackendUrls, proxyOf } from './centrifugo-proxies.ts';
import { millisecondsOf } from './duration.ts';
import {
  at,
  flagAt,
  isTree,
  newSecret,
  numberAt,
  type Translation,
  type Tree,
  textAt,
  textsAt,
  treesAt,
} from './translation.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const TYPES: Readonly<Record<string, string>> = {
  map: 'map',
  map_clients: 'mapClients',
  map_users: 'mapUsers',
  shared_poll: 'sharedPoll',
};
const FORMATS: Readonly<Record<string, string>> = { json: 'json', json_object: 'jsonObject', binary: 'any' };
/** The id that is the key of a client's entry, whatever key it names. */
const KEYS: Readonly<Record<string, string>> = { client_id: 'mapClientKey', user_id: 'mapUserKey' };
/** Engines whose history survives the process. */
const DURABLE_ENGINES = ['redis', 'postgres', 'redisnats'];

type Work = { readonly translation: Translation; readonly config: Tree; readonly urls: BackendUrls };
type Options = Record<string, unknown>;

/** Namespaces by name; channels without one belong to `""`. */
export function translateNamespaces(work: Work): void {
  const { translation, config } = work;
  const namespaces: Record<string, Options> = {};
  for (const options of treesAt(config, 'channel.namespaces')) {
    const name = textAt(options, 'name');
    if (isUsable(translation, name)) namespaces[name] = namespaceOf(work, options, `channel.namespaces (${name})`);
  }
  const rest = at(config, 'channel.without_namespace');
  // Centrifugo always allows channels without a namespace, though without permissions.
  namespaces[''] = namespaceOf(work, isTree(rest) ? rest : {}, 'channel.without_namespace');
  translatePersonal(work, namespaces);
  withoutStrayMaps(translation, namespaces);
  if (
    translation.settings.pollSecret === undefined &&
    Object.values(namespaces).some(({ type }) => type === 'sharedPoll')
  ) {
    translation.set('pollSecret', newSecret());
    translation.changed(
      'shared_poll.hmac_secret_key',
      'a shared poll needs one; it was made, and your backend must get it',
    );
  }
  translation.set('namespaces', namespaces);
  if (textAt(config, 'channel.namespace_boundary') !== '' && textAt(config, 'channel.namespace_boundary') !== ':') {
    translation.left('channel.namespace_boundary', 'a namespace always ends at ":"; channels must be renamed');
  }
  const prefix = at(config, 'channel.private_prefix');
  if (prefix !== undefined && prefix !== '$') {
    translation.left(
      'channel.private_prefix',
      'it is always "$"; channels with another prefix are as open as their namespace',
    );
  }
}

function isUsable(translation: Translation, name: string): boolean {
  const feature = FEATURE_NAMESPACES.get(name);
  if (feature !== undefined) {
    translation.left(
      `channel.namespaces (${name})`,
      `the name belongs to the feature ${feature}; choose another, and rename its channels`,
    );
    return false;
  }
  if (NAME.test(name)) return true;
  translation.left(`channel.namespaces (${name})`, 'a name has at most 64 letters, digits, "_", "." and "-"');
  return false;
}

function namespaceOf(work: Work, options: Tree, path: string): Options {
  const type = TYPES[textAt(options, 'subscription_type')];
  return {
    ...(type !== undefined && { type }),
    ...historyOf(work, options, path),
    presence: flagAt(options, 'presence'),
    joinLeave: flagAt(options, 'join_leave'),
    forceJoinLeave: flagAt(options, 'force_push_join_leave'),
    forceRecovery: flagAt(options, 'force_recovery'),
    forcePositioning: flagAt(options, 'force_positioning'),
    ...(textAt(options, 'force_recovery_mode') === 'cache' && { recovery: 'cache' }),
    ...(flagAt(options, 'auto_cache_recover') && { autoRecover: true }),
    ...(textsAt(options, 'allowed_delta_types').includes('fossil') && { delta: true }),
    ...(flagAt(options, 'allow_tags_filter') && { tagFilter: true }),
    ...(flagAt(options, 'allow_user_limited_channels') && { userChannels: true }),
    ...formatOf(work, options),
    ...audiencesOf(work, options, path),
    ...(type === 'map' && mapOf(work, options, path)),
    ...(type === 'sharedPoll' && pollOf(work, options, path)),
    ...mapsOf(work, options, path),
  };
}

function historyOf({ translation, config }: Work, options: Tree, path: string): Options {
  const type = textAt(options, 'subscription_type');
  if (type === 'shared_poll') return {};
  const isMap = type.startsWith('map');
  const [sizeAt, ttlAt] = isMap ? ['map.stream_size', 'map.stream_ttl'] : ['history_size', 'history_ttl'];
  const size = numberAt(options, sizeAt) ?? 0;
  const ttl = millisecondsOf(at(options, ttlAt) ?? 0);
  if (ttl === undefined) translation.left(`${path}.${ttlAt}`, 'is no duration');
  if (size <= 0 || ttl === undefined || ttl <= 0) return {};
  return { history: isMap ? 'memory' : kept(config), historySize: Math.round(size), historyTtlMs: Math.round(ttl) };
}

/** If Redis or Postgres keeps it, it must survive the process here, too. */
function kept(config: Tree): 'memory' | 'durable' {
  const broker = flagAt(config, 'broker.enabled') ? textAt(config, 'broker.type') : textAt(config, 'engine.type');
  return DURABLE_ENGINES.includes(broker) ? 'durable' : 'memory';
}

function formatOf({ config }: Work, options: Tree): Options {
  const format = textAt(options, 'publication_data_format') || textAt(config, 'channel.publication_data_format');
  const dataFormat = FORMATS[format];
  return dataFormat === undefined || dataFormat === 'any' ? {} : { dataFormat };
}

/** As in internal/client/handler.go: the grant for anonymous clients extends another one, and has no effect alone. */
function audienceOf(options: Tree, what: string): string {
  const isForAll = flagAt(options, `allow_${what}_for_anonymous`);
  if (flagAt(options, `allow_${what}_for_client`)) return isForAll ? 'everyone' : 'users';
  if (flagAt(options, `allow_${what}_for_subscriber`)) return isForAll ? 'subscribers' : 'subscribedUsers';
  return 'nobody';
}

function audiencesOf({ config, urls }: Work, options: Tree, path: string): Options {
  const asked = (event: string): string => {
    const proxy = proxyOf(config, textAt(options, `${event}_proxy_name`), `channel.proxy.${event}`);
    return urls.ask(event, `${path}.${event}_proxy_enabled`, proxy) ? 'backend' : 'nobody';
  };
  if (flagAt(options, 'sub_refresh_proxy_enabled')) asked('sub_refresh');
  return {
    subscribe: flagAt(options, 'subscribe_proxy_enabled') ? asked('subscribe') : audienceOf(options, 'subscribe'),
    publish: flagAt(options, 'publish_proxy_enabled') ? asked('publish') : audienceOf(options, 'publish'),
    readHistory: audienceOf(options, 'history'),
    readPresence: audienceOf(options, 'presence'),
  };
}

function mapOf({ translation, config, urls }: Work, options: Tree, path: string): Options {
  const map = at(options, 'map');
  const of: Tree = isTree(map) ? map : {};
  const key = textAt(of, 'client_key');
  const ttl = millisecondsOf(at(of, 'key_ttl') ?? 0);
  if (ttl === undefined) translation.left(`${path}.map.key_ttl`, 'is no duration');
  const isAsked = flagAt(of, 'publish_proxy_enabled');
  const proxy = () => proxyOf(config, textAt(of, 'publish_proxy_name'), 'channel.proxy.map_publish');
  const publish = isAsked && urls.ask('publish', `${path}.map.publish_proxy_enabled`, proxy()) ? 'backend' : 'nobody';
  // Otherwise the client could choose any key.
  if (key !== '' && KEYS[key] === undefined)
    translation.left(`${path}.map.client_key`, `there is no ${key}; clients may publish nothing there`);
  const mayPublish = key === '' || KEYS[key] !== undefined;
  return {
    ...(ttl !== undefined && ttl > 0 && { mapTtlMs: Math.round(ttl) }),
    ...(KEYS[key] !== undefined && { [KEYS[key]]: true }),
    ...(flagAt(of, 'remove_client_on_unsubscribe') && { mapClearsClient: true }),
    publish: !mayPublish ? 'nobody' : isAsked ? publish : audienceOf(of, 'publish'),
  };
}

function pollOf({ translation, config, urls }: Work, options: Tree, path: string): Options {
  const proxy = proxyOf(config, textAt(options, 'shared_poll.proxy_name'), 'channel.proxy.shared_poll_refresh');
  const url = urls.urlOf(`${path}.shared_poll.proxy_name`, proxy);
  // A shared poll without an address would keep the server from starting.
  if (url === undefined) return { type: 'stream', subscribe: 'nobody' };
  const interval = millisecondsOf(at(options, 'shared_poll.refresh_interval') ?? 0) ?? 0;
  const keys = numberAt(options, 'shared_poll.max_keys_per_connection') ?? 0;
  const option = `${path}.shared_poll.refresh_interval`;
  return {
    pollUrl: url,
    ...(interval > 0 && { pollIntervalMs: translation.within(option, interval, [50, 86_400_000]) }),
    ...(keys > 0 && { pollKeys: Math.round(keys) }),
    ...(textAt(options, 'shared_poll.mode') === 'versioned' && { pollVersions: true }),
  };
}

/** A Centrifugo prefix is our namespace with its colon. */
function mapsOf({ translation }: Work, options: Tree, path: string): Options {
  const found: Options = {};
  for (const [option, field] of [
    ['map_clients_presence_channel_prefix', 'clientsMap'],
    ['map_users_presence_channel_prefix', 'usersMap'],
  ] as const) {
    const prefix = textAt(options, option);
    if (prefix === '') continue;
    if (prefix.endsWith(':') && NAME.test(prefix.slice(0, -1))) found[field] = prefix.slice(0, -1);
    else translation.left(`${path}.${option}`, 'it must be the name of a namespace and a colon');
  }
  return found;
}

function translatePersonal({ translation, config }: Work, namespaces: Record<string, Options>): void {
  const path = 'client.subscribe_to_user_personal_channel';
  if (!flagAt(config, `${path}.enabled`)) return;
  const name = textAt(config, `${path}.personal_channel_namespace`);
  const options = namespaces[name];
  if (options === undefined) return translation.left(`${path}.enabled`, `there is no namespace "${name}" to have them`);
  translation.set('personalChannels', true);
  translation.set('personalNamespace', name);
  if (flagAt(config, `${path}.single_connection`)) translation.set('singleConnection', true);
  if (options.userChannels === true || ['nobody', 'backend'].includes(String(options.subscribe))) return;
  options.userChannels = true;
  translation.changed(
    `${path}.personal_channel_namespace`,
    `"${name}" has userChannels now, as anybody could subscribe to channels of users otherwise`,
  );
}

/** Presence needs maps of its own type. */
function withoutStrayMaps(translation: Translation, namespaces: Record<string, Options>): void {
  for (const [name, options] of Object.entries(namespaces)) {
    for (const [field, type] of [
      ['clientsMap', 'mapClients'],
      ['usersMap', 'mapUsers'],
    ] as const) {
      const map = options[field];
      if (map === undefined || (Object.hasOwn(namespaces, String(map)) && namespaces[String(map)]?.type === type))
        continue;
      delete options[field];
      translation.left(
        `channel.namespaces (${name})`,
        `shows who is present in "${String(map)}", which is no namespace of type ${type}`,
      );
    }
  }
}
