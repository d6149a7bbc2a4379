import { StartError } from '../../app/start-error.ts';
import { translateNamespaces } from './centrifugo-namespaces.ts';
import { type OptionRow, rowOf } from './centrifugo-options.ts';
import { BackendUrls, translateProxies } from './centrifugo-proxies.ts';
import { millisecondsOf } from './duration.ts';
import { at, flagAt, isUnset, leavesOf, numberAt, Translation, type Tree, textAt, textsAt } from './translation.ts';

const LEVELS: Readonly<Record<string, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
  none: 'error',
};
const SECRET_LENGTH = 32;
const API_KEY_LENGTH = 16;
const MIB = 1_048_576;

/** Options of Centrifugo 5 and earlier, which were all at the top level. */
const VERSION_5_OPTIONS = [
  'token_hmac_secret_key',
  'api_key',
  'namespaces',
  'allowed_origins',
  'proxy_connect_endpoint',
];

/** Translates a configuration file of Centrifugo 6. Throws `StartError` for another version. */
export function translateCentrifugo(config: Tree): Translation {
  const before = VERSION_5_OPTIONS.find((name) => Object.hasOwn(config, name));
  if (before !== undefined) {
    throw new StartError(
      `${before} is an option of Centrifugo 5; bring the file to version 6 first: https://centrifugal.dev/docs/getting-started/migration_v6`,
    );
  }
  const translation = new Translation();
  const urls = new BackendUrls(translation);
  translateServer(translation, config);
  translateTokens(translation, config);
  translateClients(translation, config);
  translateProxies(config, urls);
  translateNamespaces({ translation, config, urls });
  urls.finish();
  reportRest(translation, config);
  return translation;
}

function translateServer(translation: Translation, config: Tree): void {
  const isInsecure = flagAt(config, 'client.insecure');
  const address = textAt(config, 'http_server.address');
  translation.set(
    'port',
    translation.within('http_server.port', numberAt(config, 'http_server.port') ?? 8_000, [0, 65_535]),
  );
  translation.set('host', isInsecure ? 'localhost' : address === '' ? '0.0.0.0' : address);
  if (isInsecure) {
    translation.set('clientInsecure', true);
    translation.changed('client.insecure', 'the server listens on loopback only while it is on');
  }
  const level = textAt(config, 'log.level');
  if (level !== '') translation.set('logLevel', LEVELS[level] ?? 'info');
  const timeout = millisecondsOf(at(config, 'shutdown.timeout'));
  if (timeout !== undefined)
    translation.set('drainSeconds', translation.within('shutdown.timeout', timeout / 1_000, [0, 3_600]));
  const key = textAt(config, 'http_api.key');
  if (key !== '')
    translation.set('apiKeys', [translation.secret('http_api.key', key, leastOf(config, API_KEY_LENGTH))]);
  if (flagAt(config, 'prometheus.enabled')) {
    translation.set('metricsAddresses', ['127.0.0.1', '::1']);
    translation.changed('prometheus.enabled', '/metrics answers this machine alone; add addresses, or a metricsToken');
  }
}

function translateTokens(translation: Translation, config: Tree): void {
  const path = 'client.token';
  const secret = textAt(config, `${path}.hmac_secret_key`);
  if (secret !== '')
    translation.set(
      'tokenSecret',
      translation.secret(`${path}.hmac_secret_key`, secret, leastOf(config, SECRET_LENGTH)),
    );
  translatePreviousSecret(translation, config);
  translatePublicKey(translation, config);
  const jwks = textAt(config, `${path}.jwks_public_endpoint`);
  if (jwks.includes('{{')) translation.left(`${path}.jwks_public_endpoint`, 'the address is fixed, without variables');
  else if (jwks !== '') translation.set('tokenJwksUrl', jwks);
  for (const [option, setting] of [
    ['audience', 'tokenAudience'],
    ['issuer', 'tokenIssuer'],
    ['user_id_claim', 'tokenUserClaim'],
  ] as const) {
    const value = textAt(config, `${path}.${option}`);
    if (value !== '') translation.set(setting, value);
  }
}

function translatePreviousSecret(translation: Translation, config: Tree): void {
  const option = 'client.token.hmac_previous_secret_key';
  const previous = textAt(config, option);
  if (previous === '') return;
  if (previous.length < leastOf(config, SECRET_LENGTH)) {
    return translation.left(option, `has fewer than ${SECRET_LENGTH} characters; tokens that it signed do not hold`);
  }
  translation.set('tokenPreviousSecret', previous);
  const until = numberAt(config, `${option}_valid_until`) ?? 0;
  if (until > 0) translation.set('tokenPreviousSecretUntil', until);
}

function translatePublicKey(translation: Translation, config: Tree): void {
  const [rsa, ecdsa] = ['client.token.rsa_public_key', 'client.token.ecdsa_public_key'];
  const given = [rsa, ecdsa].filter((option) => textAt(config, option) !== '');
  const [first, second] = given;
  if (first === undefined) return;
  const key = textAt(config, first);
  if (/^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/.test(key))
    translation.set('tokenPublicKey', key);
  else translation.left(first, 'is no public key in PEM (-----BEGIN PUBLIC KEY-----)');
  if (second !== undefined) translation.left(second, 'there is one public key; publish both by tokenJwksUrl');
}

/** Numbers that only change their name, with their minimum and maximum here. */
const NUMBERS: readonly (readonly [option: string, setting: string, bounds: readonly [number, number]])[] = [
  ['client.channel_limit', 'channelLimit', [1, 100_000]],
  ['client.queue_max_size', 'maxConnectionBacklogBytes', [16_384, 256 * MIB]],
  ['client.connection_limit', 'connectionLimit', [0, 100_000_000]],
  ['client.user_connection_limit', 'userConnectionLimit', [0, 10_000_000]],
  ['client.connection_rate_limit', 'connectsPerSecond', [0, 1_000_000]],
  ['websocket.message_size_limit', 'maxFrameBytes', [1_024, 16 * MIB]],
];

function translateClients(translation: Translation, config: Tree): void {
  translateOrigins(translation, config);
  if (flagAt(config, 'client.allow_anonymous_connect_without_token')) translation.set('clientAnonymous', true);
  for (const [option, setting, bounds] of NUMBERS) {
    const value = numberAt(config, option);
    if (value !== undefined && value > 0) translation.set(setting, translation.within(option, value, bounds));
  }
  translatePings(translation, config);
  const limits = ['history', 'recovery'].map((what) => numberAt(config, `client.${what}_max_publication_limit`) ?? 300);
  const [history = 300, recovery = 300] = limits;
  if (history !== recovery) {
    translation.changed(
      'client.recovery_max_publication_limit',
      'there is one limit for history and recovery; the larger one counts',
    );
  }
  if (Math.max(...limits) !== 300) {
    translation.set(
      'historyLimit',
      translation.within('client.history_max_publication_limit', Math.max(...limits), [1, 10_000]),
    );
  }
  if (flagAt(config, 'websocket.compression')) {
    translation.set('compressFromBytes', Math.max(1, numberAt(config, 'websocket.compression_min_size') ?? 1));
  }
  translateUserNames(translation, config);
  const longest = numberAt(config, 'channel.max_length') ?? 255;
  if (longest > 255) translation.left('channel.max_length', 'names of channels have at most 255 characters');
  const poll = textAt(config, 'shared_poll.hmac_secret_key');
  if (poll !== '')
    translation.set(
      'pollSecret',
      translation.secret('shared_poll.hmac_secret_key', poll, leastOf(config, SECRET_LENGTH)),
    );
}

function translateUserNames(translation: Translation, config: Tree): void {
  const boundary = textAt(config, 'channel.user_boundary') || '#';
  const given = at(config, 'channel.user_separator');
  const separator = typeof given === 'string' ? given : ',';
  if (boundary === '#' && separator === ',') return;
  if (![boundary, separator].every((mark) => /^[^\s:$]{0,8}$/.test(mark))) {
    return translation.left(
      'channel.user_boundary',
      'it and user_separator have at most 8 characters, none of them a space, ":" or "$"',
    );
  }
  if (separator !== '' && (boundary.includes(separator) || separator.includes(boundary))) {
    return translation.left('channel.user_separator', 'it and user_boundary must not hold each other');
  }
  translation.set('userBoundary', boundary);
  translation.set('userSeparator', separator);
}

function translateOrigins(translation: Translation, config: Tree): void {
  const origins = textsAt(config, 'client.allowed_origins').filter((origin) => {
    const isPlain = origin === '*' || (URL.parse(origin)?.origin === origin && !origin.includes('*'));
    if (!isPlain)
      translation.left(
        'client.allowed_origins',
        `${origin} is no origin, as https://app.example.org; patterns are not taken`,
      );
    return isPlain;
  });
  if (origins.length > 0) translation.set('allowedOrigins', origins);
}

function translatePings(translation: Translation, config: Tree): void {
  const [interval, timeout] = ['ping_interval', 'pong_timeout'].map((name) =>
    millisecondsOf(at(config, `client.${name}`)),
  );
  if (interval === undefined && timeout === undefined) return;
  const pingSeconds = translation.within('client.ping_interval', (interval ?? 25_000) / 1_000, [2, 600]);
  const most = Math.max(1, pingSeconds - 1);
  translation.set('pingSeconds', pingSeconds);
  translation.set('pongSeconds', translation.within('client.pong_timeout', (timeout ?? 8_000) / 1_000, [1, most]));
}

/** Without permissions a secret protects nothing. */
function leastOf(config: Tree, length: number): number {
  return flagAt(config, 'client.insecure') ? 1 : length;
}

/** Reports options without a counterpart, and unknown ones. Groups are reported once. */
function reportRest(translation: Translation, config: Tree): void {
  const said = new Set<OptionRow>();
  for (const [path, value] of leavesOf(config)) {
    // An empty list of namespaces or proxies.
    if (Array.isArray(value) && value.length === 0) continue;
    // The names in a map of headers are arbitrary.
    const row = rowOf(path) ?? rowOf(path.replace(/(?:\[\])?\.[^.]+$/, ''));
    if (row === undefined) translation.left(path, 'is no option of Centrifugo 6.9');
    else if (row.how === 'none' && !isUnset(value, row.standard) && !said.has(row)) {
      if (row.option.endsWith('.*')) said.add(row);
      translation.left(row.option.endsWith('.*') ? row.option.replace(/(?:\[\])?\.\*$/, '') : path, row.here);
    }
  }
}
