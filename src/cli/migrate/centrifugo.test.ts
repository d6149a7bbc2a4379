import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../app/load-config.ts';
import { checked } from '../migrate-config.ts';
import { translateCentrifugo } from './centrifugo.ts';
import { rowOf, SECTIONS } from './centrifugo-options.ts';
import { millisecondsOf } from './duration.ts';
import { withTables } from './migrating-docs.ts';
import type { Tree } from './translation.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
/** All options, extracted from its sources; the file says from which version. */
const OPTIONS = read('tests/fixtures/centrifugo-6.9.1-options.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const SECRET = 'a secret that is long enough for tokens';

/** The resulting settings, and the notes. */
function translated(config: Tree) {
  const translation = translateCentrifugo(config);
  const settings = checked(translation);
  const read = { args: ['--config', 'it'], env: {}, readFile: () => JSON.stringify(settings) };
  return {
    settings,
    config: loadConfig(read).config,
    notes: translation.notes.map(({ option, how }) => `${how} ${option}`),
  };
}

const withNamespace = (options: Tree, rest: Tree = {}) => ({
  ...rest,
  channel: { namespaces: [{ name: 'news', ...options }] },
});
/** The namespace `news`, as translated. */
const newsOf = (options: Tree, rest: Tree = {}) => translated(withNamespace(options, rest)).config.namespaces.news;

describe('MG3 every option of Centrifugo 6', () => {
  test('MG3 has a row in the document', () => {
    expect(OPTIONS.length).toBeGreaterThan(1_000);
    expect(OPTIONS.filter((option) => rowOf(option) === undefined)).toEqual([]);
    const page = read('docs/migrating.md');
    expect(withTables(page)).toBe(page);
    for (const { rows } of SECTIONS) for (const { option } of rows) expect(page).toContain(`| \`${option}\` |`);
  });

  test('MG3 matches a row of its own: no row is for an unknown option', () => {
    const meant = new Set(OPTIONS.map((option) => rowOf(option)));
    const rows = SECTIONS.flatMap(({ rows: list }) => list);
    // Centrifugo names the two headers of a list of headers, and accepts a map as well.
    const idle = rows.filter((row) => !meant.has(row)).map(({ option }) => option);
    expect(idle).toEqual(['<proxy>.http.status_to_code_transforms']);
  });
});

describe('MG1 MG2 real configurations', () => {
  // As v6/delta_compression of https://github.com/centrifugal/examples.
  test('MG1 for development, with deltas', () => {
    const { config, notes } = translated({
      client: { insecure: true, token: { hmac_secret_key: 'short' }, allowed_origins: ['*'] },
      http_api: { key: 'short' },
      admin: { enabled: true },
      channel: {
        namespaces: [
          {
            name: 'updates',
            allowed_delta_types: ['fossil'],
            force_positioning: true,
            history_size: 10,
            history_ttl: '300s',
            delta_publish: true,
          },
        ],
      },
    });
    expect(config).toMatchObject({ clientInsecure: true, host: 'localhost', tokenSecret: 'short', apiKeys: ['short'] });
    expect(config.namespaces.updates).toMatchObject({
      ...{
        delta: true,
        forcePositioning: true,
        forceRecovery: false,
        history: 'memory',
        historySize: 10,
        historyTtlMs: 300_000,
      },
    });
    expect(notes).toEqual(['changed client.insecure']);
  });

  // As v6/scale-ai: with Redis, whose history survives the process.
  test('MG1 with Redis', () => {
    const { config, notes } = translated({
      engine: { type: 'redis', redis: { address: 'redis:6379' } },
      ...withNamespace({
        history_size: 500,
        history_ttl: '5m',
        force_recovery: true,
        allow_subscribe_for_client: true,
      }),
    });
    expect(config.namespaces.news).toMatchObject({ history: 'durable', forceRecovery: true, subscribe: 'users' });
    expect(notes).toEqual(['left engine.type', 'left engine']);
  });

  // As v6/htmx-centrifugo: channels without a namespace, and calls for the backend.
  test('MG1 MG2 with a backend, and too short secrets', () => {
    const { config, notes } = translated({
      client: { token: { hmac_secret_key: 'short' } },
      http_api: { key: 'short' },
      rpc: {
        proxy: { endpoint: 'http://backend:4000/rpc', timeout: '2s', http_headers: ['Cookie', 'Host'] },
        without_namespace: { proxy_enabled: true },
      },
      channel: { without_namespace: { allow_subscribe_for_client: true, history_size: 100, history_ttl: '300s' } },
    });
    expect(config.backendUrls).toEqual({ rpc: 'http://backend:4000/rpc' });
    expect(config).toMatchObject({ backendTimeoutMs: 2_000, backendHeaders: ['cookie'] });
    expect(config.backendSecret.length).toBeGreaterThanOrEqual(32);
    expect(config.tokenSecret.length).toBeGreaterThanOrEqual(32);
    expect(config.namespaces['']).toMatchObject({ subscribe: 'users', historySize: 100 });
    expect(notes).toEqual([
      'changed http_api.key',
      'changed client.token.hmac_secret_key',
      'changed proxies',
      'left http_headers of the proxies',
    ]);
  });
});

describe('MG1 permissions', () => {
  // `OnSubscribe`, `OnPublish`, `hasAccessToHistory` in internal/client/handler.go.
  test.each([
    [{}, 'nobody'],
    [{ allow_publish_for_anonymous: true }, 'nobody'],
    [{ allow_publish_for_client: true }, 'users'],
    [{ allow_publish_for_client: true, allow_publish_for_anonymous: true }, 'everyone'],
    [{ allow_publish_for_subscriber: true }, 'subscribedUsers'],
    [{ allow_publish_for_subscriber: true, allow_publish_for_anonymous: true }, 'subscribers'],
    [{ allow_publish_for_subscriber: true, allow_publish_for_client: true }, 'users'],
  ])('MG1 %j lets %s publish', (options, audience) => {
    expect(newsOf(options)?.publish).toBe(audience as 'nobody');
  });

  test('MG1 each event has one address, http(s) only', () => {
    const config = {
      proxies: [
        { name: 'a', endpoint: 'http://a/subscribe' },
        { name: 'b', endpoint: 'http://b/subscribe' },
        { name: 'c', endpoint: 'grpc://c:10000' },
      ],
      channel: {
        namespaces: ['a', 'b', 'c'].map((name) => ({
          name,
          subscribe_proxy_enabled: true,
          subscribe_proxy_name: name,
        })),
      },
    };
    const { config: ours, notes } = translated(config);
    expect(ours.backendUrls).toEqual({ subscribe: 'http://a/subscribe' });
    expect(['a', 'b', 'c'].map((name) => ours.namespaces[name]?.subscribe)).toEqual(['backend', 'backend', 'nobody']);
    expect(notes).toContain('changed channel.namespaces (b).subscribe_proxy_enabled');
    expect(notes).toContain('left channel.namespaces (c).subscribe_proxy_enabled');
  });

  test('MG1 the personal channel is closed to others', () => {
    const personal = {
      subscribe_to_user_personal_channel: {
        enabled: true,
        personal_channel_namespace: 'news',
        single_connection: true,
      },
    };
    const { config, notes } = translated(withNamespace({ allow_subscribe_for_client: true }, { client: personal }));
    expect(config).toMatchObject({ personalChannels: true, personalNamespace: 'news', singleConnection: true });
    expect(config.namespaces.news?.userChannels).toBe(true);
    expect(notes).toEqual(['changed client.subscribe_to_user_personal_channel.personal_channel_namespace']);
  });
});

describe('MG1 single options', () => {
  test.each([
    [{ http_server: { port: '9000', address: '127.0.0.1' } }, { port: 9_000, host: '127.0.0.1' }],
    [{}, { port: 8_000, host: '0.0.0.0' }],
    [{ log: { level: 'trace' } }, { logLevel: 'debug' }],
    [{ shutdown: { timeout: '1m' } }, { drainSeconds: 60 }],
    [
      { client: { token: { hmac_secret_key: SECRET, audience: 'a', issuer: 'i', user_id_claim: 'uid' } } },
      { tokenSecret: SECRET, tokenAudience: 'a', tokenIssuer: 'i', tokenUserClaim: 'uid' },
    ],
    [
      {
        client: {
          token: {
            hmac_secret_key: SECRET,
            hmac_previous_secret_key: `${SECRET} of before`,
            hmac_previous_secret_key_valid_until: 5,
          },
        },
      },
      { tokenPreviousSecret: `${SECRET} of before`, tokenPreviousSecretUntil: 5 },
    ],
    [{ client: { ping_interval: '10s', pong_timeout: '3s' } }, { pingSeconds: 10, pongSeconds: 3 }],
    [{ client: { allow_anonymous_connect_without_token: true } }, { clientAnonymous: true }],
    [
      { client: { channel_limit: 9, connection_limit: 8, user_connection_limit: 7, connection_rate_limit: 6 } },
      { channelLimit: 9, connectionLimit: 8, userConnectionLimit: 7, connectsPerSecond: 6 },
    ],
    [
      { client: { queue_max_size: 2_000_000 }, websocket: { message_size_limit: 100_000 } },
      { maxConnectionBacklogBytes: 2_000_000, maxFrameBytes: 100_000 },
    ],
    [{ client: { history_max_publication_limit: 500, recovery_max_publication_limit: 500 } }, { historyLimit: 500 }],
    [{ websocket: { compression: true, compression_min_size: 512 } }, { compressFromBytes: 512 }],
    [{ channel: { user_boundary: '@', user_separator: '+' } }, { userBoundary: '@', userSeparator: '+' }],
    [{ client: { allowed_origins: ['https://app.example.org'] } }, { allowedOrigins: ['https://app.example.org'] }],
  ] as readonly (readonly [Tree, Tree])[])('MG1 %j', (config, ours) => {
    const { config: whole, notes } = translated(config);
    expect(whole).toMatchObject(ours);
    expect(notes).toEqual([]);
  });

  test.each([
    [
      { presence: true, join_leave: true, force_push_join_leave: true },
      { presence: true, joinLeave: true, forceJoinLeave: true },
    ],
    [
      { force_recovery_mode: 'cache', auto_cache_recover: true, force_recovery: true },
      { recovery: 'cache', autoRecover: true, forceRecovery: true },
    ],
    [
      { allow_tags_filter: true, allow_user_limited_channels: true },
      { tagFilter: true, userChannels: true },
    ],
    [{ publication_data_format: 'json_object' }, { dataFormat: 'jsonObject' }],
    [
      {
        subscription_type: 'map',
        map: {
          key_ttl: '1m',
          stream_size: 10,
          stream_ttl: '2m',
          client_key: 'client_id',
          allow_publish_for_client: true,
        },
      },
      {
        type: 'map',
        mapTtlMs: 60_000,
        history: 'memory',
        historySize: 10,
        historyTtlMs: 120_000,
        mapClientKey: true,
        publish: 'users',
      },
    ],
  ] as readonly (readonly [Tree, Tree])[])('MG1 of a namespace: %j', (options, ours) => {
    expect(newsOf(options)).toMatchObject(ours);
  });

  test('MG1 a shared poll gets its address and its secret', () => {
    const options = {
      subscription_type: 'shared_poll',
      shared_poll: { refresh_interval: '5s', max_keys_per_connection: 7, mode: 'versioned' },
    };
    const { config } = translated({
      shared_poll: { hmac_secret_key: SECRET },
      channel: {
        proxy: { shared_poll_refresh: { endpoint: 'http://app/poll' } },
        namespaces: [{ name: 'prices', ...options }],
      },
    });
    expect(config.pollSecret).toBe(SECRET);
    expect(config.namespaces.prices).toMatchObject({
      pollUrl: 'http://app/poll',
      pollIntervalMs: 5_000,
      pollKeys: 7,
      pollVersions: true,
    });
  });

  test('MG1 presence is shown in maps', () => {
    const { config, notes } = translated({
      channel: {
        namespaces: [
          { name: 'news', map_clients_presence_channel_prefix: 'here:', map_users_presence_channel_prefix: 'nobody:' },
          { name: 'here', subscription_type: 'map_clients' },
        ],
      },
    });
    expect(config.namespaces.news).toMatchObject({ clientsMap: 'here', usersMap: '' });
    expect(notes).toEqual(['left channel.namespaces (news)']);
  });
});

describe('MG2 options left out are reported', () => {
  test.each([
    [{ client: { allowed_origins: ['https://*.example.org'] } }, ['left client.allowed_origins']],
    [{ client: { token: { audience_regex: 'x' } } }, ['left client.token.audience_regex']],
    [{ client: { token: { jwks_public_endpoint: 'https://x/{{a}}' } } }, ['left client.token.jwks_public_endpoint']],
    [
      { client: { subscription_token: { enabled: true, hmac_secret_key: SECRET } } },
      ['left client.subscription_token'],
    ],
    [{ client: { ping_interval: '1s' } }, ['changed client.ping_interval', 'changed client.pong_timeout']],
    [{ channel: { namespaces: [{ name: 'room', presence: true }] } }, ['left channel.namespaces (room)']],
    [{ channel: { namespace_boundary: '/' } }, ['left channel.namespace_boundary']],
    [{ channel: { private_prefix: '!' } }, ['left channel.private_prefix']],
    [{ channel: { namespaces: [{ name: 'news', channel_regex: '^a' }] } }, ['left channel.namespaces[].channel_regex']],
    [{ client: { cannel_limit: 5 } }, ['left client.cannel_limit']],
    [
      {
        consumers: [
          { name: 'a', type: 'kafka' },
          { name: 'b', type: 'kafka' },
        ],
      },
      ['left consumers'],
    ],
    [{ channel: { user_boundary: '::' } }, ['left channel.user_boundary']],
  ] as readonly (readonly [Tree, readonly string[]])[])('MG2 %j', (config, notes) => {
    expect(translated(config).notes).toEqual([...notes]);
  });

  test('MG2 an option with its default value is not reported', () => {
    const config = {
      engine: { type: 'memory' },
      websocket: { handler_prefix: '/connection/websocket' },
      uni_sse: { enabled: false },
      consumers: [],
    };
    expect(translated(config).notes).toEqual([]);
  });
});

// time.ParseDuration of Go.
test.each([
  ['300s', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['250ms', 250],
  ['0', 0],
  [1_000_000_000, 1_000],
  ['5', undefined],
  ['five', undefined],
  ['5s later', undefined],
])('the duration %p is %p ms', (value, milliseconds) => {
  expect(millisecondsOf(value)).toBe(milliseconds as number);
});
