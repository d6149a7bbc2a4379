import { frameBytesFor, type NamedApp, namedApp, webhooksOf, withNamespaces } from './pusher-app.ts';
import {
  at,
  flagAt,
  isTree,
  isUnset,
  leavesOf,
  numberAt,
  Translation,
  type Tree,
  textAt,
  textsAt,
} from './translation.ts';

const ONE_NODE = 'one process with its own disk; there is nothing to configure';
const NO_TLS = 'TLS ends at a reverse proxy ([operations.md](operations.md))';

/** Every group of options of Soketi 1.6 with its counterpart here: path in its JSON file, variable, ours. */
export const SOKETI_ROWS: readonly (readonly [option: string, variable: string, here: string, isSet?: true])[] = [
  ['host', 'SOKETI_HOST', '`host`', true],
  ['port', 'SOKETI_PORT', '`port`', true],
  ['debug', 'SOKETI_DEBUG', '`logLevel`', true],
  ['shutdownGracePeriod', 'SOKETI_SHUTDOWN_GRACE_PERIOD', '`drainSeconds`', true],
  ['cors.origin', '', '`allowedOrigins`', true],
  ['appManager.array.apps', 'SOKETI_DEFAULT_APP_*', '`pusherApps`', true],
  [
    'eventLimits.maxPayloadInKb',
    'SOKETI_EVENT_MAX_SIZE_IN_KB',
    '`maxEventBytes` of each app, and `maxFrameBytes`',
    true,
  ],
  ['presence.maxMembersPerChannel', 'SOKETI_PRESENCE_MAX_MEMBERS', '`maxPresenceMembers` of each app', true],
  [
    'metrics.enabled',
    'SOKETI_METRICS_ENABLED',
    '`metricsAddresses`, or a `metricsToken`; at `/metrics` of the one port',
    true,
  ],
  ['appManager', 'SOKETI_APP_MANAGER_*', 'apps stand in the settings, or are made by the owner in the console'],
  ['adapter', 'SOKETI_ADAPTER_*', ONE_NODE],
  ['cache', 'SOKETI_CACHE_*', ONE_NODE],
  ['cluster', 'SOKETI_CLUSTER_*', ONE_NODE],
  ['database', 'SOKETI_DB_*', ONE_NODE],
  ['databasePooling', 'SOKETI_DB_POOLING_*', ONE_NODE],
  ['queue', 'SOKETI_QUEUE_*', 'webhooks wait on disk'],
  ['rateLimiter', 'SOKETI_RATE_LIMITER_*', 'limits are counted in the process'],
  [
    'channelLimits',
    'SOKETI_CHANNEL_*',
    'names have at most 164 characters, as Pusher says; a cache channel keeps its event',
  ],
  ['eventLimits', 'SOKETI_EVENT_*', "Pusher's own: 100 channels, 10 events a batch, names of 200 characters"],
  ['presence', 'SOKETI_PRESENCE_*', "a member's data is bounded by the frame"],
  ['httpApi', 'SOKETI_HTTP_*', 'bodies are bounded; `/readyz` says when to send no more'],
  ['metrics', 'SOKETI_METRICS_*', '`/metrics` is on the one port'],
  ['mode', 'SOKETI_MODE', 'one process does all'],
  ['pathPrefix', 'SOKETI_PATH_PREFIX', 'a reverse proxy can take a prefix off'],
  ['ssl', 'SOKETI_SSL_*', NO_TLS],
  ['userAuthenticationTimeout', 'SOKETI_USER_AUTHENTICATION_TIMEOUT', 'nobody has to sign in'],
  ['webhooks', 'SOKETI_WEBHOOKS_*', 'events of 50 ms go together'],
  ['cors', '', 'what pages of `allowedOrigins` may is fixed'],
  ['instance', '', 'the process has its own name'],
];

/** Paths of the translated variables; other variables are reported by their own names. */
const VARIABLES: Readonly<Record<string, string>> = {
  SOKETI_HOST: 'host',
  SOKETI_PORT: 'port',
  SOKETI_DEBUG: 'debug',
  SOKETI_SHUTDOWN_GRACE_PERIOD: 'shutdownGracePeriod',
  SOKETI_EVENT_MAX_SIZE_IN_KB: 'eventLimits.maxPayloadInKb',
  SOKETI_PRESENCE_MAX_MEMBERS: 'presence.maxMembersPerChannel',
  SOKETI_METRICS_ENABLED: 'metrics.enabled',
  SOKETI_DEFAULT_APP_ID: 'appManager.array.apps.0.id',
  SOKETI_DEFAULT_APP_KEY: 'appManager.array.apps.0.key',
  SOKETI_DEFAULT_APP_SECRET: 'appManager.array.apps.0.secret',
  SOKETI_DEFAULT_APP_MAX_CONNS: 'appManager.array.apps.0.maxConnections',
  SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: 'appManager.array.apps.0.enableClientMessages',
  SOKETI_DEFAULT_APP_ENABLED: 'appManager.array.apps.0.enabled',
  SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC: 'appManager.array.apps.0.maxBackendEventsPerSecond',
  SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC: 'appManager.array.apps.0.maxClientEventsPerSecond',
  SOKETI_DEFAULT_APP_MAX_READ_REQ_PER_SEC: 'appManager.array.apps.0.maxReadRequestsPerSecond',
  SOKETI_DEFAULT_APP_USER_AUTHENTICATION: 'appManager.array.apps.0.enableUserAuthentication',
  SOKETI_DEFAULT_APP_WEBHOOKS: 'appManager.array.apps.0.webhooks',
};

/** Its variables, in the form of its JSON file. */
export function soketiFileOf(variables: Readonly<Record<string, string>>): Tree {
  const file: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(variables)) {
    if (name.startsWith('SOKETI_')) file[VARIABLES[name] ?? name] = jsonOrText(text);
  }
  return file;
}

/** Translates a JSON file of Soketi; its names may be paths, as `appManager.array.apps.0.id`. */
export function translateSoketi(file: Tree): Translation {
  const translation = new Translation();
  const config = unfolded(file);
  translation.set('host', textAt(config, 'host') || '0.0.0.0');
  translation.set('port', translation.within('port', numberAt(config, 'port') ?? 6_001, [0, 65_535]));
  if (flagAt(config, 'debug')) translation.set('logLevel', 'debug');
  const grace = (numberAt(config, 'shutdownGracePeriod') ?? 3_000) / 1_000;
  translation.set('drainSeconds', translation.within('shutdownGracePeriod', Math.ceil(grace), [0, 3_600]));
  translateOrigins(translation, config);
  if (flagAt(config, 'metrics.enabled')) {
    translation.set('metricsAddresses', ['127.0.0.1', '::1']);
    translation.changed(
      'metrics.enabled',
      '/metrics is on the one port, and answers this machine alone; add addresses, or a metricsToken',
    );
  }
  translateApps(translation, config);
  reportRest(translation, config);
  return translation;
}

function translateOrigins(translation: Translation, config: Tree): void {
  const given = at(config, 'cors.origin') === undefined ? ['*'] : textsAt(config, 'cors.origin');
  const origins = given.filter(
    (origin) => origin === '*' || (URL.parse(origin)?.origin === origin && !origin.includes('*')),
  );
  if (origins.length < given.length) translation.left('cors.origin', 'origins are written as https://app.example.org');
  translation.set('allowedOrigins', origins);
}

function translateApps(translation: Translation, config: Tree): void {
  const given = at(config, 'appManager.array.apps');
  const driver = textAt(config, 'appManager.driver');
  if (driver !== '' && driver !== 'array')
    translation.left('appManager.driver', 'apps of a database must be made in the console, or written here');
  const list = Array.isArray(given) ? given.filter(isTree) : [{}];
  const payload = numberAt(config, 'eventLimits.maxPayloadInKb') ?? 100;
  const members = numberAt(config, 'presence.maxMembersPerChannel') ?? 100;
  const apps = list.flatMap((app, index) =>
    appOf(translation, app, { option: `appManager.array.apps[${index}]`, payload, members }),
  );
  const largest = Math.max(0, ...apps.map(({ maxEventBytes }) => maxEventBytes));
  if (frameBytesFor(largest) > 65_536) translation.set('maxFrameBytes', frameBytesFor(largest));
  translation.set('pusherApps', withNamespaces(apps));
}

type App = NamedApp & { readonly maxEventBytes: number; readonly [field: string]: unknown };
type Standard = { readonly option: string; readonly payload: number; readonly members: number };

function appOf(translation: Translation, app: Tree, { option, payload, members }: Standard): readonly App[] {
  // The defaults of src/server.ts of Soketi.
  const [id, key, secret] = [
    textAt(app, 'id') || 'app-id',
    textAt(app, 'key') || 'app-key',
    textAt(app, 'secret') || 'app-secret',
  ];
  const named = namedApp(translation, option, { id, key, secret });
  if (named === undefined) return [];
  const bound = (name: string) => Math.max(0, numberAt(app, name) ?? -1);
  for (const name of ['maxBackendEventsPerSecond', 'maxReadRequestsPerSecond']) {
    if (bound(name) > 0) translation.left(`${option}.${name}`, 'requests of backends have no rate');
  }
  if (flagAt(app, 'enableUserAuthentication'))
    translation.left(`${option}.enableUserAuthentication`, 'nobody has to sign in');
  const webhooks = webhooksOf(translation, option, app.webhooks);
  const most = numberAt(app, 'maxEventPayloadInKb') ?? payload;
  return [
    {
      ...named,
      ...(app.enabled !== undefined && { enabled: flagAt(app, 'enabled') }),
      maxConnections: bound('maxConnections'),
      clientEvents: flagAt(app, 'enableClientMessages'),
      clientEventsPerSecond: bound('maxClientEventsPerSecond') || 1_000_000,
      maxEventBytes: translation.within(`${option}.maxEventPayloadInKb`, Math.ceil(most * 1_024), [1, 1_000_000]),
      maxPresenceMembers: translation.within(
        `${option}.maxPresenceMembersPerChannel`,
        numberAt(app, 'maxPresenceMembersPerChannel') ?? members,
        [1, 1_000_000],
      ),
      ...(webhooks.length > 0 && { webhooks }),
    },
  ];
}

function reportRest(translation: Translation, config: Tree): void {
  const translated = SOKETI_ROWS.filter(([, , , isSet]) => isSet === true).map(([option]) => option);
  for (const [path, value] of leavesOf(config)) {
    if (translated.some((option) => path === option || path.startsWith(`${option}[`) || path.startsWith(`${option}.`)))
      continue;
    if (isUnset(value, undefined) || path === 'appManager.driver') continue;
    const row = SOKETI_ROWS.find(
      ([option, variable]) => path === option || path.startsWith(`${option}.`) || covers(variable, path),
    );
    if (row === undefined) translation.left(path, 'is no option of Soketi');
    else if (value !== 'local' && value !== 'memory' && value !== 'sync' && value !== 'full' && value !== 'prometheus')
      translation.left(path, row[2]);
  }
}

function covers(variable: string, name: string): boolean {
  return variable.endsWith('*') ? name.startsWith(variable.slice(0, -1)) : variable !== '' && name === variable;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Expands names that are paths: `a.0.b` becomes a list with an object. */
function unfolded(file: Tree): Tree {
  const whole: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(file)) {
    const names = path.split('.');
    let place: Record<string, unknown> = whole;
    for (const [index, name] of names.slice(0, -1).entries()) {
      const isList = /^\d+$/.test(names[index + 1] ?? '');
      if (!Object.hasOwn(place, name) || typeof place[name] !== 'object' || place[name] === null)
        place[name] = isList ? [] : {};
      place = place[name] as Record<string, unknown>;
    }
    place[names.at(-1) as string] = structuredClone(value);
  }
  return whole;
}
