/**
 * Every option of Centrifugo 6 (internal/config, internal/configtypes) with its counterpart here. docs/migrating.md and
 * the notes of `migrate-config` about options left out are generated from this table.
 *
 * `set`: translated to the named setting. `same`: applies without a setting. `none`: no counterpart, with the reason.
 */
export type OptionRow = {
  /**
   * A path; `.*` at its end includes everything below. `<namespace>` and `<proxy>` stand for the places in `PLACES`.
   */
  readonly option: string;
  readonly how: 'set' | 'same' | 'none';
  readonly here: string;
  /** Its default value. */
  readonly standard?: string | number;
};

/** The places of a namespace's options, and of a proxy's. */
export const PLACES: Readonly<Record<string, readonly string[]>> = {
  '<namespace>': ['channel.namespaces[]', 'channel.without_namespace'],
  '<proxy>': [
    ...['client.proxy.connect', 'client.proxy.refresh', 'channel.proxy.subscribe', 'channel.proxy.publish'],
    ...['channel.proxy.sub_refresh', 'channel.proxy.subscribe_stream', 'channel.proxy.map_publish'],
    ...['channel.proxy.map_remove', 'channel.proxy.shared_poll_refresh', 'rpc.proxy', 'proxies[]'],
  ],
};

type Short = readonly [option: string, here: string, standard?: string | number];
const rows = (how: OptionRow['how'], list: readonly Short[]): OptionRow[] =>
  list.map(([option, here, standard]) => ({ option, how, here, ...(standard !== undefined && { standard }) }));

const FIXED_PATH = 'the path is fixed';
const ONE_NODE = 'one process with its own disk; there is no other engine';
const NO_TLS = 'TLS ends at a reverse proxy ([operations.md](operations.md))';
const NO_GRPC = 'there is no gRPC';
const NO_UNI = 'use the stream `/sse` or the poll `/poll` ([http.md](http.md))';
const NO_STREAM_PROXY = 'there are no proxied streams; publish over the server API';

const SERVER: readonly OptionRow[] = [
  ...rows('set', [
    ['http_server.address', '`host`'],
    ['http_server.port', '`port`', 8000],
    ['log.level', '`logLevel`', 'info'],
    ['shutdown.timeout', '`drainSeconds`', '30s'],
    ['http_api.key', '`apiKeys`'],
    ['prometheus.enabled', '`metricsAddresses`, this machine; or a `metricsToken`'],
  ]),
  ...rows('same', [
    ['health.enabled', '`/livez` and `/readyz` are always there'],
    ['swagger.enabled', '`/api/docs` is always there'],
    ['admin.enabled', 'the console is part of the web app, for owners'],
    ['admin.external', 'the console is part of the web app'],
    ['opentelemetry.enabled', '`otlpEndpoint`, or the same variables `OTEL_…`'],
    ['opentelemetry.api', 'calls of the server API are traced where anything is'],
    ['usage_stats.disabled', 'no statistics are sent to anybody'],
    ['http_api.external', 'there is one port'],
    ['emulation.max_request_body_size', '`maxFrameBytes`'],
    ['enable_unreleased_features', 'there are none'],
  ]),
  ...rows('none', [
    ['http_server.internal_address', 'there is one port; `/metrics` has `metricsAddresses` and `metricsToken`'],
    ['http_server.internal_port', 'there is one port; `/metrics` has `metricsAddresses` and `metricsToken`'],
    ['http_server.tls.*', NO_TLS],
    ['http_server.tls_autocert.*', NO_TLS],
    ['http_server.tls_external', NO_TLS],
    ['http_server.internal_tls.*', NO_TLS],
    ['http_server.http3.enabled', 'a reverse proxy can offer HTTP/3; WebSockets do not need it'],
    ['http_server.h2c_external', 'a reverse proxy can offer HTTP/2'],
    ['log.file', 'records go to standard output; the supervisor keeps them'],
    ['engine.type', ONE_NODE, 'memory'],
    ['engine.*', ONE_NODE],
    ['broker.type', ONE_NODE, 'memory'],
    ['broker.*', ONE_NODE],
    ['presence_manager.type', ONE_NODE, 'memory'],
    ['presence_manager.*', ONE_NODE],
    ['map_broker.type', ONE_NODE, 'memory'],
    ['map_broker.*', ONE_NODE],
    ['controller.*', ONE_NODE],
    ['consumers[].*', 'there are no consumers of queues; have your program call the server API'],
    ['node.*', 'there is one node'],
    ['http_api.disabled', 'without `apiKeys` it is shut'],
    ['http_api.insecure', 'every call needs a key'],
    ['http_api.handler_prefix', FIXED_PATH, '/api'],
    ['http_api.error_mode', 'errors are in the body, with status 200, as by default', 'transport'],
    ['grpc_api.*', `${NO_GRPC}; the server API is HTTP`],
    ['prometheus.handler_prefix', FIXED_PATH, '/metrics'],
    ['prometheus.instrument_http_handlers', 'what is measured is fixed ([operations.md](operations.md))'],
    ['prometheus.recovered_publications_histogram', 'what is measured is fixed ([operations.md](operations.md))'],
    ['prometheus.native_histograms', 'histograms have buckets'],
    ['health.handler_prefix', FIXED_PATH, '/health'],
    ['swagger.handler_prefix', FIXED_PATH, '/swagger'],
    ['admin.handler_prefix', FIXED_PATH],
    ['admin.password', 'people sign in with their account; the owner sees the console'],
    ['admin.secret', 'people sign in with their account; the owner sees the console'],
    ['admin.insecure', 'the console is never open to everybody'],
    ['admin.web_path', 'the web app is part of the program'],
    ['admin.web_proxy_address', 'the web app is part of the program'],
    ['debug.*', 'there are no profiles of Go'],
    ['init.*', 'clients connect without asking before'],
    ['opentelemetry.consuming', 'there are no consumers of queues'],
    ['opentelemetry.google_cloud_adc_auth', 'send to a collector, or state `otlpHeaders`'],
    ['graphite.*', 'metrics are read from `/metrics`'],
    ['pid_file', 'the data folder is locked by the process that uses it'],
  ]),
];

const TRANSPORTS: readonly OptionRow[] = [
  ...rows('set', [
    ['websocket.compression', '`compressFromBytes`'],
    ['websocket.compression_min_size', '`compressFromBytes`'],
    ['websocket.message_size_limit', '`maxFrameBytes`', 65536],
  ]),
  ...rows('same', [
    ['websocket.decompressed_message_size_limit', '`maxFrameBytes` bounds frames after inflating, too'],
    ['websocket.compression_level', 'the lowest', 1],
    ['websocket.read_buffer_size', 'the runtime sees to it'],
    ['websocket.use_write_buffer_pool', 'the runtime sees to it'],
    ['websocket.write_buffer_size', 'the runtime sees to it'],
    ['websocket.write_timeout', 'a slow reader is closed by what waits for it (`maxConnectionBacklogBytes`)', '1000ms'],
    ['sse.enabled', 'always there'],
    ['sse.max_request_body_size', '`maxFrameBytes`', 65536],
    ['http_stream.enabled', 'always there'],
    ['http_stream.max_request_body_size', '`maxFrameBytes`', 65536],
  ]),
  ...rows('none', [
    ['websocket.disabled', 'WebSocket is always there'],
    ['websocket.handler_prefix', FIXED_PATH, '/connection/websocket'],
    ['sse.handler_prefix', FIXED_PATH, '/connection/sse'],
    ['http_stream.handler_prefix', FIXED_PATH, '/connection/http_stream'],
    ['emulation.handler_prefix', FIXED_PATH, '/emulation'],
    ['webtransport.*', 'there is no WebTransport; clients fall back to WebSocket'],
    ['uni_sse.*', NO_UNI],
    ['uni_http_stream.*', NO_UNI],
    ['uni_websocket.*', NO_UNI],
    ['uni_grpc.*', `${NO_GRPC}; ${NO_UNI}`],
  ]),
];

const CLIENT: readonly OptionRow[] = [
  ...rows('set', [
    ['client.allowed_origins', '`allowedOrigins`, without patterns'],
    ['client.token.hmac_secret_key', '`tokenSecret`, at least 32 characters'],
    ['client.token.hmac_previous_secret_key', '`tokenPreviousSecret`'],
    ['client.token.hmac_previous_secret_key_valid_until', '`tokenPreviousSecretUntil`'],
    ['client.token.rsa_public_key', '`tokenPublicKey`'],
    ['client.token.ecdsa_public_key', '`tokenPublicKey`'],
    ['client.token.jwks_public_endpoint', '`tokenJwksUrl`'],
    ['client.token.audience', '`tokenAudience`'],
    ['client.token.issuer', '`tokenIssuer`'],
    ['client.token.user_id_claim', '`tokenUserClaim`'],
    ['client.allow_anonymous_connect_without_token', '`clientAnonymous`'],
    ['client.ping_interval', '`pingSeconds`', '25s'],
    ['client.pong_timeout', '`pongSeconds`', '8s'],
    ['client.channel_limit', '`channelLimit`', 128],
    ['client.queue_max_size', '`maxConnectionBacklogBytes`', 1048576],
    ['client.connection_limit', '`connectionLimit`'],
    ['client.user_connection_limit', '`userConnectionLimit`'],
    ['client.connection_rate_limit', '`connectsPerSecond`'],
    ['client.history_max_publication_limit', '`historyLimit`', 300],
    ['client.recovery_max_publication_limit', '`historyLimit`, the same for both', 300],
    ['client.insecure', '`clientInsecure`; the server then listens on loopback only'],
    ['client.subscribe_to_user_personal_channel.enabled', '`personalChannels`'],
    [
      'client.subscribe_to_user_personal_channel.personal_channel_namespace',
      '`personalNamespace`; it needs `userChannels`',
    ],
    ['client.subscribe_to_user_personal_channel.single_connection', '`singleConnection`'],
    ['client.proxy.connect.enabled', '`backendUrls.connect`'],
    ['client.proxy.refresh.enabled', '`backendUrls.refresh`'],
  ]),
  ...rows('same', [
    ['client.disallow_anonymous_connection_tokens', 'tokens without a user are for `clientAnonymous` alone'],
    ['client.expired_close_delay', 'always 25 s', '25s'],
    ['client.expired_sub_close_delay', 'always 25 s', '25s'],
    ['client.stale_close_delay', 'always 10 s', '10s'],
    ['client.presence_update_interval', 'presence needs no renewal', '27s'],
    ['client.concurrency', 'commands wait for nothing but what they need'],
    ['client.channel_position_check_delay', 'about 40 s, for all channels', '40s'],
    ['client.connect_include_server_time', 'the time is always there'],
  ]),
  ...rows('none', [
    ['client.token.audience_regex', '`tokenAudience` is one text'],
    ['client.token.issuer_regex', '`tokenIssuer` is one text'],
    ['client.token.insecure_skip_jwks_endpoint_safety_check', 'the address of the keys is fixed'],
    ['client.subscription_token.*', 'subscription tokens have the keys of connection tokens'],
    ['client.channel_position_max_time_lag', 'what is late is repaired from the log, not disconnected'],
    ['client.insecure_skip_token_signature_verify', 'every token is verified'],
    ['client.user_id_http_header', 'have `backendUrls.connect` say who it is, with the header among `backendHeaders`'],
    ['client.connect_code_to_unidirectional_disconnect.*', NO_UNI],
  ]),
];

const CHANNEL: readonly OptionRow[] = [
  ...rows('set', [
    ['channel.namespaces[].name', '`namespaces`, by name; names of features (`user`, `room` …) are taken'],
    ['<namespace>.presence', '`presence`'],
    ['<namespace>.join_leave', '`joinLeave`'],
    ['<namespace>.force_push_join_leave', '`forceJoinLeave`'],
    ['<namespace>.history_size', '`historySize`, with `history`'],
    ['<namespace>.history_ttl', '`historyTtlMs`, with `history`'],
    ['<namespace>.force_positioning', '`forcePositioning`'],
    ['<namespace>.force_recovery', '`forceRecovery`'],
    ['<namespace>.force_recovery_mode', '`recovery`', 'stream'],
    ['<namespace>.auto_cache_recover', '`autoRecover`'],
    ['<namespace>.allowed_delta_types', '`delta`'],
    ['<namespace>.allow_tags_filter', '`tagFilter`'],
    ['<namespace>.allow_subscribe_for_client', '`subscribe`: `users`'],
    ['<namespace>.allow_subscribe_for_anonymous', '`subscribe`: `everyone`, together with the one above'],
    ['<namespace>.allow_publish_for_client', '`publish`: `users`'],
    ['<namespace>.allow_publish_for_subscriber', '`publish`: `subscribedUsers`'],
    ['<namespace>.allow_publish_for_anonymous', '`publish`: `everyone`, or `subscribers`'],
    ['<namespace>.allow_presence_for_client', '`readPresence`: `users`'],
    ['<namespace>.allow_presence_for_subscriber', '`readPresence`: `subscribedUsers`'],
    ['<namespace>.allow_presence_for_anonymous', '`readPresence`: `everyone`, or `subscribers`'],
    ['<namespace>.allow_history_for_client', '`readHistory`: `users`'],
    ['<namespace>.allow_history_for_subscriber', '`readHistory`: `subscribedUsers`'],
    ['<namespace>.allow_history_for_anonymous', '`readHistory`: `everyone`, or `subscribers`'],
    [
      '<namespace>.allow_user_limited_channels',
      '`userChannels`; there, those who are not named may publish and read nothing, either',
    ],
    ['<namespace>.publication_data_format', '`dataFormat`'],
    ['channel.publication_data_format', '`dataFormat` of each namespace'],
    ['<namespace>.subscribe_proxy_enabled', '`subscribe`: `backend`, asked at `backendUrls.subscribe`'],
    ['<namespace>.subscribe_proxy_name', '`backendUrls.subscribe`, one for all', 'default'],
    ['<namespace>.publish_proxy_enabled', '`publish`: `backend`, asked at `backendUrls.publish`'],
    ['<namespace>.publish_proxy_name', '`backendUrls.publish`, one for all', 'default'],
    ['<namespace>.sub_refresh_proxy_enabled', '`backendUrls.sub_refresh`'],
    ['<namespace>.sub_refresh_proxy_name', '`backendUrls.sub_refresh`, one for all', 'default'],
    ['<namespace>.map_clients_presence_channel_prefix', '`clientsMap`, the name of a namespace'],
    ['<namespace>.map_users_presence_channel_prefix', '`usersMap`, the name of a namespace'],
    ['<namespace>.subscription_type', '`type`', 'stream'],
    ['<namespace>.map.key_ttl', '`mapTtlMs`'],
    ['<namespace>.map.stream_size', '`historySize` of a map'],
    ['<namespace>.map.stream_ttl', '`historyTtlMs` of a map'],
    ['<namespace>.map.remove_client_on_unsubscribe', '`mapClearsClient`'],
    ['<namespace>.map.client_key', '`mapClientKey` for `client_id`, `mapUserKey` for `user_id`'],
    ['<namespace>.map.allow_publish_for_client', '`publish` of a map'],
    ['<namespace>.map.allow_publish_for_subscriber', '`publish` of a map'],
    ['<namespace>.map.allow_publish_for_anonymous', '`publish` of a map'],
    ['<namespace>.map.publish_proxy_enabled', '`publish`: `backend` of a map'],
    ['<namespace>.map.publish_proxy_name', '`backendUrls.publish`, one for all', 'default'],
    ['<namespace>.shared_poll.proxy_name', '`pollUrl`', 'default'],
    ['<namespace>.shared_poll.refresh_interval', '`pollIntervalMs`'],
    ['<namespace>.shared_poll.max_keys_per_connection', '`pollKeys`'],
    ['<namespace>.shared_poll.mode', '`pollVersions`', 'versionless'],
    ['shared_poll.hmac_secret_key', '`pollSecret`, at least 32 characters'],
    ['channel.user_boundary', '`userBoundary`', '#'],
    ['channel.user_separator', '`userSeparator`', ','],
    ['channel.max_length', 'always 255', 255],
  ]),
  ...rows('same', [
    ['<namespace>.history_meta_ttl', 'positions are kept as long as the history, on disk for ever'],
    ['channel.history_meta_ttl', 'positions are kept as long as the history, on disk for ever', '720h'],
    ['<namespace>.allow_positioning', 'every subscriber may request its position'],
    ['<namespace>.allow_recovery', 'every subscriber may recover'],
    ['<namespace>.delta_publish', 'subscribers that request deltas get them, whoever publishes'],
    ['channel.private_prefix', 'always `$`: a token alone opens such a channel', '$'],
    ['channel.namespace_boundary', 'always `:`', ':'],
    ['<namespace>.map.mode', 'a map keeps its entries in memory, and changes as `history` says'],
    ['<namespace>.map.meta_ttl', 'as long as the map'],
    ['<namespace>.map.default_page_size', 'by what the connection can take'],
    ['<namespace>.map.min_page_size', 'by what the connection can take'],
    ['<namespace>.map.max_page_size', 'by what the connection can take'],
    ['<namespace>.map.live_transition_max_publication_limit', 'as a recovery (`historyLimit`)'],
    ['<namespace>.map.subscribe_catch_up_timeout', 'by what is kept of changes, not by time'],
    ['<namespace>.shared_poll.refresh_batch_size', 'always 100'],
    ['<namespace>.shared_poll.channel_shutdown_delay', 'polling ends with the last one who tracks'],
    ['<namespace>.shared_poll.track_expired_extra_delay', 'always 5 s'],
    ['shared_poll.concurrency_limit', 'one question at a time for each channel'],
  ]),
  ...rows('none', [
    [
      '<namespace>.channel_regex',
      'a pattern that goes back and forth in a name could stall the server; have the backend decide (`subscribe`: `backend`)',
    ],
    ['<namespace>.subscribe_stream_proxy_enabled', NO_STREAM_PROXY],
    ['<namespace>.subscribe_stream_proxy_name', NO_STREAM_PROXY, 'default'],
    ['<namespace>.subscribe_stream_proxy_bidirectional', NO_STREAM_PROXY],
    ['<namespace>.map.allow_remove_for_client', 'clients that may set entries may remove them'],
    ['<namespace>.map.allow_remove_for_subscriber', 'clients that may set entries may remove them'],
    ['<namespace>.map.allow_remove_for_anonymous', 'clients that may set entries may remove them'],
    ['<namespace>.map.remove_proxy_enabled', 'the publish question is asked for removals, too'],
    ['<namespace>.map.remove_proxy_name', 'the publish question is asked for removals, too', 'default'],
    ['<namespace>.shared_poll.publish_enabled', 'a shared poll is never published to'],
    ['shared_poll.hmac_previous_secret_key', 'there is one `pollSecret`; clients ask for new signatures'],
    ['shared_poll.hmac_previous_secret_key_valid_until', 'there is one `pollSecret`; clients ask for new signatures'],
  ]),
];

const BACKEND: readonly OptionRow[] = [
  ...rows('set', [
    ['<proxy>.endpoint', '`backendUrls` by event, `pollUrl` of a shared poll; http(s) alone'],
    ['<proxy>.timeout', '`backendTimeoutMs`, one for all', '1s'],
    ['<proxy>.http_headers', '`backendHeaders`, one list for all'],
    ['<proxy>.emulated_headers', '`backendClaimedHeaders`, one list for all'],
    ['proxies[].name', 'by where it is named'],
    ['rpc.without_namespace.proxy_enabled', '`backendUrls.rpc`, for all calls that no feature takes'],
    ['rpc.without_namespace.proxy_name', '`backendUrls.rpc`', 'default'],
    ['rpc.namespaces[].proxy_enabled', '`backendUrls.rpc`, one for all'],
    ['rpc.namespaces[].proxy_name', '`backendUrls.rpc`, one for all', 'default'],
  ]),
  ...rows('same', [
    ['<proxy>.include_connection_meta', 'questions carry `meta` where the token has it'],
    ['rpc.namespaces[].name', 'the method goes to the backend as it is'],
    ['rpc.namespace_boundary', 'the method goes to the backend as it is', ':'],
  ]),
  ...rows('none', [
    ['<proxy>.grpc_metadata', NO_GRPC],
    ['<proxy>.grpc.*', NO_GRPC],
    ['<proxy>.binary_encoding', 'bytes go as `{"$binary":"<base64>"}`'],
    ['<proxy>.http.tls.*', "the system's certificates count (`NODE_EXTRA_CA_CERTS` adds others)"],
    ['<proxy>.http.static_headers', 'questions are signed instead (`backendSecret`)'],
    ['<proxy>.http.status_to_code_transforms[].*', 'answer with status 200 and `error` or `disconnect`'],
    ['<proxy>.http.status_to_code_transforms', 'answer with status 200 and `error` or `disconnect`'],
    ['rpc.ping.*', 'clients and server ping each other by themselves; any operation answers a client that asks'],
  ]),
];

/** In the order of the page. */
export const SECTIONS: readonly { readonly title: string; readonly rows: readonly OptionRow[] }[] = [
  { title: 'Clients', rows: CLIENT },
  { title: 'Channels and namespaces', rows: CHANNEL },
  { title: 'Your backend (proxies, RPC)', rows: BACKEND },
  { title: 'Transports', rows: TRANSPORTS },
  { title: 'Server', rows: SERVER },
];

const BY_OPTION = new Map(
  SECTIONS.flatMap(({ rows: list }) => list).flatMap((row) =>
    placesOf(row.option).map((option) => [option, row] as const),
  ),
);

/** The row of an option's path; undefined if there is no such option. */
export function rowOf(path: string): OptionRow | undefined {
  const exact = BY_OPTION.get(path);
  if (exact !== undefined) return exact;
  const names = path.split('.');
  for (let count = names.length - 1; count > 0; count -= 1) {
    const row = BY_OPTION.get(`${names.slice(0, count).join('.')}.*`);
    if (row !== undefined) return row;
  }
  return undefined;
}

function placesOf(option: string): readonly string[] {
  const [, place = ''] = /^(<[a-z]+>)/.exec(option) ?? [];
  return PLACES[place]?.map((path) => option.replace(place, path)) ?? [option];
}
