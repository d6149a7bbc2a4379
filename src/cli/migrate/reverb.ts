import { frameBytesFor, namedApp } from './pusher-app.ts';
import { flagAt, numberAt, Translation, type Tree, textAt } from './translation.ts';

/** Every variable that config/reverb.php of Laravel Reverb 1.9 reads, with its counterpart here. */
export const REVERB_ROWS: readonly (readonly [variable: string, here: string, isSet?: true])[] = [
  ['REVERB_SERVER_HOST', '`host`', true],
  ['REVERB_SERVER_PORT', '`port`', true],
  ['REVERB_HOST', '`publicUrl`, with the two below', true],
  ['REVERB_PORT', '`publicUrl`', true],
  ['REVERB_SCHEME', '`publicUrl`', true],
  ['REVERB_APP_ID', '`pusherApps`: `id`', true],
  ['REVERB_APP_KEY', '`pusherApps`: `key`', true],
  ['REVERB_APP_SECRET', '`pusherApps`: `secret`, at least 16 characters', true],
  ['REVERB_APP_PING_INTERVAL', '`pingSeconds`', true],
  ['REVERB_APP_MAX_CONNECTIONS', '`maxConnections` of the app', true],
  ['REVERB_APP_MAX_MESSAGE_SIZE', '`maxEventBytes` of the app', true],
  [
    'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
    '`clientEvents` of the app; only those who are in a channel may send them',
    true,
  ],
  ['REVERB_APP_RATE_LIMITING_ENABLED', '`commandsPerSecond`', true],
  ['REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS', '`commandsPerSecond`', true],
  ['REVERB_APP_RATE_LIMIT_DECAY_SECONDS', '`burstSeconds`', true],
  ['REVERB_APP_RATE_LIMIT_TERMINATE', 'a client that continues is disconnected, and may reconnect'],
  ['REVERB_APP_ACTIVITY_TIMEOUT', 'clients are told when to ask whether the server is there'],
  ['REVERB_MAX_REQUEST_SIZE', 'requests of backends are bounded by what an event may be'],
  ['REVERB_SERVER', 'there is one server'],
  ['REVERB_SERVER_PATH', 'a reverse proxy can take a prefix off'],
  ['REVERB_SCALING_ENABLED', 'one process with its own disk; there is no other node'],
  ['REVERB_SCALING_CHANNEL', 'one process with its own disk; there is no other node'],
  ['REVERB_PULSE_INGEST_INTERVAL', 'the console shows what happens; Prometheus reads `/metrics`'],
  ['REVERB_TELESCOPE_INGEST_INTERVAL', 'the console shows what happens; Prometheus reads `/metrics`'],
];

/** Without effect here, whatever their value. */
const SILENT = [
  'REVERB_SERVER',
  'REVERB_APP_ACTIVITY_TIMEOUT',
  'REVERB_MAX_REQUEST_SIZE',
  'REVERB_SCALING_CHANNEL',
  'REVERB_PULSE_INGEST_INTERVAL',
  'REVERB_TELESCOPE_INGEST_INTERVAL',
  'REVERB_APP_RATE_LIMIT_TERMINATE',
];

/** Translates a Laravel application's variables for Reverb. */
export function translateReverb(env: Tree): Translation {
  const translation = new Translation();
  translation.set('host', textAt(env, 'REVERB_SERVER_HOST') || '0.0.0.0');
  translation.set(
    'port',
    translation.within('REVERB_SERVER_PORT', numberAt(env, 'REVERB_SERVER_PORT') ?? 8_080, [0, 65_535]),
  );
  // config/reverb.php allows pages of any origin by default.
  translation.set('allowedOrigins', ['*']);
  translatePublicUrl(translation, env);
  const ping = numberAt(env, 'REVERB_APP_PING_INTERVAL');
  if (ping !== undefined)
    translation.set('pingSeconds', translation.within('REVERB_APP_PING_INTERVAL', ping, [9, 600]));
  translateApp(translation, env);
  translateRate(translation, env);
  reportRest(translation, env);
  return translation;
}

function translatePublicUrl(translation: Translation, env: Tree): void {
  const host = textAt(env, 'REVERB_HOST');
  if (host === '') return;
  const scheme = textAt(env, 'REVERB_SCHEME') || 'https';
  const url = URL.parse(`${scheme}://${host}:${textAt(env, 'REVERB_PORT') || '443'}`);
  if (url === null || !/^https?:$/.test(url.protocol))
    return translation.left('REVERB_HOST', 'is no host, or REVERB_SCHEME no scheme');
  translation.set('publicUrl', url.origin);
}

function translateApp(translation: Translation, env: Tree): void {
  const [id, key, secret] = ['ID', 'KEY', 'SECRET'].map((name) => textAt(env, `REVERB_APP_${name}`));
  if (id === '' || key === '' || secret === '')
    return translation.left('REVERB_APP_ID', 'there is no app without REVERB_APP_ID, _KEY and _SECRET');
  const named = namedApp(translation, 'REVERB_APP', { id: id ?? '', key: key ?? '', secret: secret ?? '' });
  if (named === undefined) return;
  const size = numberAt(env, 'REVERB_APP_MAX_MESSAGE_SIZE') ?? 10_000;
  const maxEventBytes = translation.within('REVERB_APP_MAX_MESSAGE_SIZE', size, [1, 1_000_000]);
  if (frameBytesFor(maxEventBytes) > 65_536) translation.set('maxFrameBytes', frameBytesFor(maxEventBytes));
  const from = textAt(env, 'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM') || 'members';
  if (from === 'all')
    translation.changed(
      'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
      'only those who are in a channel may send events there',
    );
  const connections = numberAt(env, 'REVERB_APP_MAX_CONNECTIONS') ?? 0;
  translation.set('pusherApps', [
    {
      ...named,
      maxConnections: Math.max(0, connections),
      maxEventBytes,
      clientEvents: from !== 'none',
      clientEventsPerSecond: 1_000_000,
    },
  ]);
}

function translateRate(translation: Translation, env: Tree): void {
  if (!flagAt(env, 'REVERB_APP_RATE_LIMITING_ENABLED')) return;
  const attempts = numberAt(env, 'REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS') ?? 60;
  const seconds = Math.max(1, numberAt(env, 'REVERB_APP_RATE_LIMIT_DECAY_SECONDS') ?? 60);
  const rate = Math.max(1, Math.ceil(attempts / seconds));
  translation.set('commandsPerSecond', translation.within('REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS', rate, [1, 1_000_000]));
  translation.set('burstSeconds', translation.within('REVERB_APP_RATE_LIMIT_DECAY_SECONDS', seconds, [1, 3_600]));
  translation.changed(
    'REVERB_APP_RATE_LIMITING_ENABLED',
    `a connection may send ${rate} commands a second, and those of ${seconds} s at once`,
  );
}

function reportRest(translation: Translation, env: Tree): void {
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('REVERB_') || value === '' || SILENT.includes(name)) continue;
    const row = REVERB_ROWS.find(([variable]) => variable === name);
    if (row === undefined) translation.left(name, 'is no variable that config/reverb.php reads');
    else if (row[2] !== true && String(value) !== 'false') translation.left(name, row[1]);
  }
}
