import { isIP } from 'node:net';
import { API_KEY_LENGTH, scopedApiKeysSchema } from './api-keys-setting.ts';
import { backendUrlsSchema } from './backend-setting.ts';
import { CHAT_RATE_SETTINGS, LIMIT_SETTINGS } from './limit-settings.ts';
import { DEFAULT_NAMESPACES, namespacesSchema } from './namespaces-setting.ts';
import { pusherAppsSchema } from './pusher-apps-setting.ts';
import { choice, integer, isLine, json, list, type Setting, text, toggle } from './setting.ts';
import { TRACE_SETTINGS } from './traces-setting.ts';
import { USER_SETTINGS } from './user-settings.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** A shorter secret can be guessed; with `clientInsecure` there is nothing to guess it for. */
const SECRET_LENGTH = 32;

/** Every setting there is. docs/config.md and `banyan help` are made from this table. */
export const SETTINGS = {
  port: integer({
    env: 'PORT',
    default: 8_000,
    min: 0,
    max: 65_535,
    doc: 'The port to listen on; 0 takes any free one.',
  }),
  host: text({
    env: 'BANYAN_HOST',
    default: 'localhost',
    rule: 'a host name or an IP address',
    is: (value) => isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(value),
    doc: 'The address to listen on. The default reaches nobody but this machine, which also suits a TLS proxy on it; `0.0.0.0` listens on every IPv4 address, `::` on every address.',
  }),
  data: text({
    env: 'BANYAN_DATA',
    default: './data',
    rule: 'a path',
    is: (value) => value !== '' && !value.includes('\0'),
    doc: 'The folder that holds everything this server keeps: database and files. Made if missing. One process at a time.',
  }),
  publicUrl: text({
    env: 'BANYAN_PUBLIC_URL',
    default: '',
    rule: 'empty, or an http(s) address without a path, as https://chat.example.org',
    is: (value) => value === '' || isOrigin(value),
    doc: 'Where people reach this server, for links and the check of Origin. Empty: as each request says.',
  }),
  registration: choice({
    env: 'BANYAN_REGISTRATION',
    default: 'invite',
    of: ['open', 'invite', 'closed'],
    doc: 'Who may register: anyone, whoever has an invitation, or nobody. The owner link of the first start always works.',
  }),
  recallSeconds: integer({
    env: 'BANYAN_RECALL_SECONDS',
    default: 120,
    min: 0,
    max: 31_536_000,
    doc: 'How long after sending it a message can be recalled; 0: never.',
  }),
  apiKeys: list({
    env: 'BANYAN_API_KEYS',
    default: [],
    secret: true,
    rule: 'keys, separated by commas',
    is: (value) => value !== '' && isLine(value),
    doc: "Keys with which a developer's own backend calls the server API (`POST /api/publish` and so on). The owner can make others while it runs. None: it is shut.",
  }),
  scopedApiKeys: json({
    env: 'BANYAN_SCOPED_API_KEYS',
    default: [],
    secret: true,
    rule: `a JSON list of {"key", "name", "methods", "namespaces", "revoked", "perSecond"}, each key with at least ${API_KEY_LENGTH} characters`,
    schema: scopedApiKeysSchema,
    doc: 'Keys that open a part of the server API: only these `methods` (`["publish","history"]`; left out: all), only channels of these `namespaces` (left out: all, and what no channel is named for). One that is `revoked` opens nothing; one with `perSecond` no more than so many calls a second (error 111).',
  }),
  backendUrls: json({
    env: 'BANYAN_BACKEND_URLS',
    default: {},
    rule: 'a JSON object of http(s) addresses by event (connect, refresh, subscribe, sub_refresh, publish, rpc)',
    schema: backendUrlsSchema,
    doc: "Where an application's own backend is asked, by POST: `connect` (who is a client that brings no token?), `refresh` (may it go on when its time is over?), `subscribe` and `publish` (in namespaces that say `backend`), `sub_refresh` (may a subscription go on?), `rpc` (calls that no feature takes). Questions and answers have the form of Centrifugo's HTTP proxies: [backend.md](backend.md#be-asked).",
  }),
  backendSecret: text({
    env: 'BANYAN_BACKEND_SECRET',
    default: '',
    secret: true,
    rule: `one line; at least ${SECRET_LENGTH} characters where there are \`backendUrls\``,
    is: isLine,
    doc: 'Signs those questions: `X-Banyan-Signature: t=<seconds>,v1=<hex HMAC-SHA-256 of "<seconds>.<body>">`.',
  }),
  backendTimeoutMs: integer({
    env: 'BANYAN_BACKEND_TIMEOUT_MS',
    default: 3_000,
    min: 50,
    max: 60_000,
    doc: 'How long it may take to answer. All but `publish` and `rpc` are asked twice at most; after five failures in a row an address is left alone for five seconds.',
  }),
  backendHeaders: list({
    env: 'BANYAN_BACKEND_HEADERS',
    default: [],
    rule: 'names of headers in lower case, separated by commas',
    is: isPassable,
    doc: "Headers of a connecting client's request that questions about it carry: `cookie,user-agent` and the like. This installation's own cookie never is among them, and with `allowedOrigins` of `*` no cookie of another origin's page.",
  }),
  backendClaimedHeaders: list({
    env: 'BANYAN_BACKEND_CLAIMED_HEADERS',
    default: [],
    rule: 'names of headers in lower case, separated by commas',
    is: isPassable,
    doc: 'Headers that a client may write into its `connect` command instead (the option `headers` of Centrifuge clients), as pages cannot set any: `authorization`, say. Never name one here that a proxy of yours sets.',
  }),
  pollSecret: text({
    env: 'BANYAN_POLL_SECRET',
    default: '',
    secret: true,
    rule: `one line; at least ${SECRET_LENGTH} characters where a namespace is a shared poll`,
    is: isLine,
    doc: 'Shared with the backend, which signs with it the items of a shared poll that a client may track.',
  }),
  metricsToken: text({
    env: 'BANYAN_METRICS_TOKEN',
    default: '',
    secret: true,
    rule: 'empty, or one line of at least 16 characters',
    is: (value) => value === '' || (isLine(value) && value.length >= API_KEY_LENGTH),
    doc: 'With it (`Authorization: Bearer …`) Prometheus may read `/metrics`. Without it and `metricsAddresses` nobody may.',
  }),
  metricsAddresses: list({
    env: 'BANYAN_METRICS_ADDRESSES',
    default: [],
    rule: 'IP addresses or subnets (10.0.0.0/8), separated by commas',
    is: isAddressOrSubnet,
    doc: 'Addresses or subnets from which `/metrics` may be read without a token. A request that came through a proxy which is not trusted may not.',
  }),
  allowedOrigins: list({
    env: 'BANYAN_ALLOWED_ORIGINS',
    default: [],
    rule: '* or origins, as https://app.example.org, separated by commas',
    is: (value) => value === '*' || isOrigin(value),
    doc: "Pages of other origins that may connect with a token (`*`: all). Cookies of this site do not count there. The server's own pages always may.",
  }),
  trustedProxies: list({
    env: 'BANYAN_TRUSTED_PROXIES',
    default: [],
    rule: 'IP addresses or subnets (172.16.0.0/12), separated by commas',
    is: isAddressOrSubnet,
    doc: 'Addresses or subnets of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. None by default: anyone could write these headers.',
  }),
  tokenSecret: text({
    env: 'BANYAN_TOKEN_SECRET',
    default: '',
    secret: true,
    rule: 'one line',
    is: isLine,
    doc: "Shared with an application's own backend, which signs its users' connection tokens with it (JWT, HS256). Empty: no token is taken.",
  }),
  tokenPublicKey: text({
    env: 'BANYAN_TOKEN_PUBLIC_KEY',
    default: '',
    rule: 'empty, or a public key in PEM (-----BEGIN PUBLIC KEY-----)',
    is: (value) => value === '' || /^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/.test(value),
    doc: 'The public key of a backend that signs tokens with its private one (RSA, ECDSA or Ed25519), instead of a shared secret.',
  }),
  tokenJwksUrl: text({
    env: 'BANYAN_TOKEN_JWKS_URL',
    default: '',
    rule: 'empty, or an http(s) address',
    is: (value) => value === '' || /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
    doc: 'Where such a backend publishes its keys (a JWK set). A token whose `kid` is new makes the server look again, at most twice a minute.',
  }),
  tokenIssuer: text({
    env: 'BANYAN_TOKEN_ISSUER',
    default: '',
    rule: 'one line',
    is: isLine,
    doc: 'What the claim `iss` of tokens must be; empty: anything.',
  }),
  tokenAudience: text({
    env: 'BANYAN_TOKEN_AUDIENCE',
    default: '',
    rule: 'one line',
    is: isLine,
    doc: 'What the claim `aud` of tokens must be, or hold; empty: anything.',
  }),
  tokenLeewaySeconds: integer({
    env: 'BANYAN_TOKEN_LEEWAY_SECONDS',
    default: 5,
    min: 0,
    max: 600,
    doc: "How far the clock of whoever signs tokens may be ahead of this server's: a token whose `nbf` is further ahead is answered with error 109, on which clients get another one.",
  }),
  ...USER_SETTINGS,
  clientAnonymous: toggle({
    env: 'BANYAN_CLIENT_ANONYMOUS',
    default: false,
    doc: 'Clients may connect without signing in. They may do what a namespace grants to `everyone`.',
  }),
  clientInsecure: toggle({
    env: 'BANYAN_CLIENT_INSECURE',
    default: false,
    doc: 'For benchmarks and test suites: anyone connects, and may do everything in the namespaces of the settings (never in those of features). The server then listens on loopback only.',
  }),
  namespaces: json({
    env: 'BANYAN_NAMESPACES',
    default: DEFAULT_NAMESPACES,
    rule: 'a JSON object of namespaces by name',
    schema: namespacesSchema,
    doc: 'Namespaces of channels to add to the defaults, or to change in them; see below.',
  }),
  pusherApps: json({
    env: 'BANYAN_PUSHER_APPS',
    default: [],
    secret: true,
    rule: 'a JSON list of apps with an id, a key and a secret each',
    schema: pusherAppsSchema,
    doc: 'Apps whose clients and backends speak the Pusher protocol; see below. The owner can make others while it runs. None: it is off.',
  }),
  webhookAttempts: integer({
    env: 'BANYAN_WEBHOOK_ATTEMPTS',
    default: 11,
    min: 1,
    max: 1_000,
    doc: "How often the delivery of an app's webhook is tried before it becomes a dead letter. The pauses double from one second to a minute: 11 tries take about five minutes, 70 an hour. Later deliveries to the same address wait.",
  }),
  ...LIMIT_SETTINGS,
  ...CHAT_RATE_SETTINGS,
  historyLimit: integer({
    env: 'BANYAN_HISTORY_LIMIT',
    default: 300,
    min: 1,
    max: 10_000,
    doc: 'Publications that one history read, or one recovery, gives at most.',
  }),
  pingSeconds: integer({
    env: 'BANYAN_PING_SECONDS',
    default: 25,
    min: 2,
    max: 600,
    doc: 'How often a connection is pinged.',
  }),
  pongSeconds: integer({
    env: 'BANYAN_PONG_SECONDS',
    default: 8,
    min: 1,
    max: 599,
    doc: 'How long the answer to a ping may take before the connection is closed. Less than `pingSeconds`.',
  }),
  socketIoRecoverySeconds: integer({
    env: 'BANYAN_SOCKET_IO_RECOVERY_SECONDS',
    default: 120,
    min: 0,
    max: 86_400,
    doc: 'How long a Socket.IO client that has lost its line is brought back into its rooms, with what it missed. 0: never; its events then end without the offset that it would bring.',
  }),
  maxFrameBytes: integer({
    env: 'BANYAN_MAX_FRAME_BYTES',
    default: 64 * KIB,
    min: KIB,
    max: 16 * MIB,
    doc: 'Largest frame taken from a client; one that sends more is disconnected.',
  }),
  maxConnectionBacklogBytes: integer({
    env: 'BANYAN_MAX_CONNECTION_BACKLOG_BYTES',
    default: MIB,
    min: 16 * KIB,
    max: 256 * MIB,
    doc: 'What may wait for a slow reader. Past it the connection is closed; the client comes back. Recoveries and history pages give at most half of it.',
  }),
  compressFromBytes: integer({
    env: 'BANYAN_COMPRESS_FROM_BYTES',
    default: 0,
    min: 0,
    max: 16 * MIB,
    doc: 'WebSocket frames of so many bytes and more are compressed for clients that offer it (permessage-deflate); 512 is a good floor. 0: none are. What that costs and brings: [0018](decisions/0018-under-pressure.md).',
  }),
  compressFanoutBytes: integer({
    env: 'BANYAN_COMPRESS_FANOUT_BYTES',
    default: 512 * KIB,
    min: 0,
    max: 1_024 * MIB,
    doc: 'A frame to a channel is compressed anew for each subscriber, and meanwhile nobody else is served: where its bytes times its subscribers are more than this, it goes out as it is. 512 KiB take 4 ms in frames of 1.6 KB, and 10 ms in frames of 600 bytes.',
  }),
  appendQueueLength: integer({
    env: 'BANYAN_APPEND_QUEUE_LENGTH',
    default: 50_000,
    min: 1,
    max: 10_000_000,
    doc: 'Publications that may wait to be written. Past it publishers get a temporary error.',
  }),
  appendQueueBytes: integer({
    env: 'BANYAN_APPEND_QUEUE_BYTES',
    default: 64 * MIB,
    min: KIB,
    max: 8_192 * MIB,
    doc: 'The same bound in bytes.',
  }),
  memoryHistoryBytes: integer({
    env: 'BANYAN_MEMORY_HISTORY_BYTES',
    default: 256 * MIB,
    min: MIB,
    max: 1_048_576 * MIB,
    doc: 'Memory for the history of channels that keep it there. Past it the channel written to longest ago is forgotten.',
  }),
  mapBytes: integer({
    env: 'BANYAN_MAP_BYTES',
    default: 128 * MIB,
    min: MIB,
    max: 1_048_576 * MIB,
    doc: 'Memory for the entries of channels that are maps. Past it a new entry is refused.',
  }),
  logLevel: choice({
    env: 'BANYAN_LOG_LEVEL',
    default: 'info',
    of: ['debug', 'info', 'warn', 'error'],
    doc: 'The least important records that are written.',
  }),
  logFormat: choice({
    env: 'BANYAN_LOG_FORMAT',
    default: 'pretty',
    of: ['pretty', 'json'],
    doc: 'Records for people, or one JSON object a line for programs.',
  }),
  ...TRACE_SETTINGS,
} as const satisfies Record<string, Setting>;

export type SettingKey = keyof typeof SETTINGS;

/** The settings' values, checked. */
export type Config = {
  readonly [K in SettingKey]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};

/** A value that breaks a rule between two settings. */
export type Conflict = { readonly key: SettingKey; readonly rule: string };

/** The first rule between settings that the values break. */
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

/** Channels of users that others could enter, and tokens that anybody could sign. */
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

/** Presence can only be shown in maps that are made for it; and who is there now, or what a backend has, is not to be stored. */
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

/** A namespace that leaves a decision to a backend that there is none of, or a backend that could not trust us. */
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

/** The name of a header that says nothing about the request which carries it to the backend. */
function isPassable(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(name) && !OF_THE_REQUEST.test(name);
}

const OF_THE_REQUEST =
  /^(?:host|connection|upgrade|te|trailer|transfer-encoding|keep-alive|expect|content-.*|proxy-.*|sec-.*|x-banyan-.*)$/;

/** Whether listening on the host reaches this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.origin === value;
}

/** `192.0.2.1`, `172.16.0.0/12`, `fd00::/8`. A prefix of 0 would trust everyone, which is never meant. */
function isAddressOrSubnet(value: string): boolean {
  const [address = '', prefix, ...more] = value.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  const bits = family === 4 ? 32 : 128;
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits);
}
