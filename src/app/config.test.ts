import { describe, expect, test } from 'bun:test';
import { CLOSED_NAMESPACE } from '../core/channels/namespace.ts';
import { isLoopback } from './address-rules.ts';
import { type Config, SETTINGS } from './config.ts';
import { KEYS } from './config-sources.ts';
import { loadConfig, type Sources } from './load-config.ts';
import { StartError } from './start-error.ts';

type Given = Partial<Omit<Sources, 'readFile'>> & { readonly files?: Readonly<Record<string, string>> };

function load({ args = [], env = {}, files = {} }: Given = {}): Config {
  return loadConfig({ args, env, readFile: (path) => files[path] }).config;
}

function refusal(given: Given): string {
  try {
    load(given);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message;
  }
  throw new Error('the settings were taken');
}

describe('precedence', () => {
  test('without any settings, all defaults apply', () => {
    expect(load()).toEqual(Object.fromEntries(KEYS.map((key) => [key, SETTINGS[key].default])) as Config);
  });

  test('a flag overrides the environment, which overrides the file, which overrides the default', () => {
    const files = { 'data/banyan.json': '{"port": 1, "historyLimit": 1, "recallSeconds": 1}' };
    const env = { PORT: '2', BANYAN_HISTORY_LIMIT: '2' };
    const loaded = loadConfig({
      args: ['--port', '3'],
      env,
      readFile: (path) => (files as Record<string, string>)[path],
    });
    expect(loaded.config).toMatchObject({ port: 3, historyLimit: 2, recallSeconds: 1, channelLimit: 128 });
    expect(loaded.origins).toMatchObject({
      port: '--port',
      historyLimit: 'BANYAN_HISTORY_LIMIT',
      recallSeconds: 'data/banyan.json',
      channelLimit: 'default',
    });
  });

  test('the file is in the data folder, or where --config says', () => {
    const files = { '/srv/banyan.json': '{"port": 1}', '/etc/chat.json': '{"port": 2, "data": "/srv"}' };
    expect(load({ env: { BANYAN_DATA: '/srv' }, files }).port).toBe(1);
    expect(load({ args: ['--config', '/etc/chat.json'], files })).toMatchObject({ port: 2, data: '/srv' });
  });

  test('a flag may contain its value, and a boolean needs none', () => {
    expect(load({ args: ['--port=9', '--client-insecure', '--client-anonymous=false'] })).toMatchObject({
      port: 9,
      clientInsecure: true,
      clientAnonymous: false,
    });
  });

  test('an empty variable counts as absent', () => {
    expect(load({ env: { PORT: '', BANYAN_DATA: '' } })).toMatchObject({ port: 8000, data: './data' });
  });
});

describe('DA3: an invalid value is refused in one line with key, value and rule', () => {
  const WRONG: readonly [Given, string][] = [
    [{ env: { PORT: 'http' } }, 'port = "http" (from PORT) must be a whole number from 0 to 65535'],
    [{ args: ['--port', '65536'] }, 'port = "65536" (from --port) must be a whole number from 0 to 65535'],
    [{ args: ['--port', '1e3'] }, 'port = "1e3" (from --port) must be a whole number from 0 to 65535'],
    [
      { files: { 'data/banyan.json': '{"port": "80"}' } },
      'port = "80" (from data/banyan.json) must be a whole number from 0 to 65535',
    ],
    [
      { env: { BANYAN_REGISTRATION: 'all' } },
      'registration = "all" (from BANYAN_REGISTRATION) must be one of open, invite, closed',
    ],
    [
      { env: { BANYAN_CLIENT_INSECURE: 'yes' } },
      'clientInsecure = "yes" (from BANYAN_CLIENT_INSECURE) must be true or false',
    ],
    [{ env: { BANYAN_HOST: 'a b' } }, 'host = "a b" (from BANYAN_HOST) must be a host name or an IP address'],
    [
      { env: { BANYAN_PUBLIC_URL: 'chat.example.org' } },
      'publicUrl = "chat.example.org" (from BANYAN_PUBLIC_URL) must be empty, or an http(s) address without a path, as https://chat.example.org',
    ],
    [
      { env: { BANYAN_PUBLIC_URL: 'https://a/b' } },
      'publicUrl = "https://a/b" (from BANYAN_PUBLIC_URL) must be empty, or an http(s) address without a path, as https://chat.example.org',
    ],
    [
      { env: { BANYAN_TRUSTED_PROXIES: '10.0.0.0/33' } },
      'trustedProxies = "10.0.0.0/33" (from BANYAN_TRUSTED_PROXIES) must be IP addresses or subnets (172.16.0.0/12), separated by commas',
    ],
    [
      { env: { BANYAN_TRUSTED_PROXIES: '10.0.0.1,proxy' } },
      'trustedProxies = "10.0.0.1,proxy" (from BANYAN_TRUSTED_PROXIES) must be IP addresses or subnets (172.16.0.0/12), separated by commas',
    ],
    [
      { env: { BANYAN_TOKEN_SECRET: 'hunter2' } },
      'tokenSecret = "(hidden)" (from BANYAN_TOKEN_SECRET) must be empty, or at least 32 characters',
    ],
    [{ args: ['--ping-seconds', '5'] }, 'pongSeconds = 8 (from default) must be less than pingSeconds (5)'],
  ];
  for (const [given, message] of WRONG) {
    test(message.slice(0, 60), () => expect(refusal(given)).toBe(message));
  }

  test('a multi-line value is printed on one line', () => {
    expect(refusal({ env: { PORT: '1\n2' } })).toBe(
      'port = "1\\n2" (from PORT) must be a whole number from 0 to 65535',
    );
  });
});

describe('unknown names are refused with the nearest known one', () => {
  const UNKNOWN: readonly [Given, string][] = [
    [{ args: ['--prot', '1'] }, 'unknown flag --prot; did you mean --port?'],
    [{ args: ['--confg', 'x'] }, 'unknown flag --confg; did you mean --config?'],
    [{ args: ['8000'] }, 'unexpected argument "8000"'],
    [{ args: ['--port'] }, '--port needs a value'],
    [{ env: { BANYAN_HSOT: 'x' } }, 'unknown setting BANYAN_HSOT in the environment; did you mean BANYAN_HOST?'],
    [{ env: { BANYAN_PORT: '1' } }, 'unknown setting BANYAN_PORT in the environment; did you mean PORT?'],
    [
      { files: { 'data/banyan.json': '{"registraton": 1}' } },
      'unknown setting registraton in data/banyan.json; did you mean registration?',
    ],
    [{ files: { 'data/banyan.json': '{"__proto__": 1}' } }, 'unknown setting __proto__ in data/banyan.json'],
    [
      { files: { 'data/banyan.json': '{"data": "x"}' } },
      'data/banyan.json cannot set data, as it lies in that folder; use --data or BANYAN_DATA',
    ],
    [{ files: { 'data/banyan.json': '[1]' } }, 'the settings file data/banyan.json must contain one JSON object'],
    [{ files: { 'data/banyan.json': '{' } }, 'the settings file data/banyan.json is not JSON'],
    [{ args: ['--config', 'none.json'] }, 'there is no settings file none.json'],
  ];
  for (const [given, message] of UNKNOWN) test(message, () => expect(refusal(given)).toStartWith(message));
});

describe('PE5: clientInsecure requires a loopback address', () => {
  test('on any other address the start is refused', () => {
    expect(refusal({ args: ['--client-insecure', '--host', '0.0.0.0'] })).toBe(
      'host = "0.0.0.0" (from --host) must be a loopback address (localhost) while clientInsecure is on',
    );
    for (const host of ['::', '192.168.1.2', 'chat.example.org', '127.example.org'])
      expect(isLoopback(host)).toBe(false);
  });

  test('on loopback it is accepted', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) {
      expect(load({ args: ['--client-insecure', '--host', host] }).clientInsecure).toBe(true);
    }
  });
});

describe('namespaces', () => {
  const given = (namespaces: unknown): Given => ({ env: { BANYAN_NAMESPACES: JSON.stringify(namespaces) } });

  test('settings are merged with the defaults, and completed', () => {
    const { namespaces } = load(
      given({ demo: { historySize: 5 }, news: { subscribe: 'everyone' }, '': { presence: true } }),
    );
    expect(Object.keys(namespaces).sort()).toEqual(['', 'demo', 'log', 'news', 'rooms']);
    expect(namespaces.demo).toEqual({ ...SETTINGS.namespaces.default.demo, historySize: 5 } as never);
    expect(namespaces.news).toMatchObject({
      subscribe: 'everyone',
      publish: 'nobody',
      history: 'none',
      presence: false,
    });
  });

  const WRONG: readonly [unknown, string][] = [
    [
      { demo: { history: 'disk' } },
      'namespaces.demo.history = "disk" (from BANYAN_NAMESPACES) must be one of none, memory, durable',
    ],
    [{ x: { historySize: -1 } }, 'namespaces.x.historySize = -1 (from BANYAN_NAMESPACES) must be 0 (no bound) or more'],
    [{ x: { presence: 1 } }, 'namespaces.x.presence = 1 (from BANYAN_NAMESPACES) must be true or false'],
    [
      { x: { publish: 'feature' } },
      'namespaces.x.publish = "feature" (from BANYAN_NAMESPACES) must be one of nobody, users, everyone, subscribers, subscribedUsers, backend',
    ],
    [
      { x: { histroy: 'none' } },
      'namespaces.x = {"histroy":"none"} (from BANYAN_NAMESPACES) must not have "histroy"; did you mean history?',
    ],
    [
      { 'a:b': {} },
      'a name in namespaces = "a:b" (from BANYAN_NAMESPACES) must be a name of letters, digits, "_", "." and "-", or "" for channels without a colon',
    ],
    [
      { room: {} },
      'a name in namespaces = "room" (from BANYAN_NAMESPACES) must be another name, as this one belongs to chat',
    ],
    [{ x: 1 }, 'namespaces = "{\\"x\\":1}" (from BANYAN_NAMESPACES) must be a JSON object of namespaces by name'],
    [[], 'namespaces = "[]" (from BANYAN_NAMESPACES) must be a JSON object of namespaces by name'],
  ];
  for (const [namespaces, message] of WRONG) {
    test(message.slice(0, 60), () => expect(refusal(given(namespaces))).toBe(message));
  }

  test('MA10 presence maps and shared polls have no durable history; a map may', () => {
    for (const type of ['mapClients', 'mapUsers', 'sharedPoll']) {
      const configured = { who: { type, history: 'durable', pollUrl: 'http://localhost/items' } };
      expect(
        refusal({ ...given(configured), args: ['--poll-secret', 'with this the backend signs what may be tracked'] }),
      ).toEndWith(`must keep no durable history in "who", which is of type ${type}`);
    }
    expect(load(given({ board: { type: 'map', history: 'durable' } })).namespaces.board).toMatchObject({
      ...{ type: 'map', history: 'durable' },
    });
  });

  test('invalid JSON is refused', () => {
    expect(refusal({ env: { BANYAN_NAMESPACES: '{demo}' } })).toBe(
      'namespaces = "{demo}" (from BANYAN_NAMESPACES) must be a JSON object of namespaces by name',
    );
  });
});

describe('PU1 apps', () => {
  const APP = { id: '1', key: 'k1', secret: 'a secret of some length' };
  const OTHER = { id: '2', key: 'k2', secret: 'a secret of some length' };
  const given = (apps: unknown): Given => ({ env: { BANYAN_PUSHER_APPS: JSON.stringify(apps) } });

  test('are completed, and get a namespace each', () => {
    const { pusherApps } = load(given([APP, { ...OTHER, namespace: 'other', clientEvents: false }]));
    expect(pusherApps).toMatchObject([
      { ...APP, namespace: 'pusher', enabled: true, clientEvents: true, maxEventBytes: 10_240, webhooks: [] },
      { ...OTHER, namespace: 'other', clientEvents: false },
    ]);
    expect(load(given([APP, OTHER].map((app) => ({ ...app, namespace: 'both' })))).pusherApps).toHaveLength(2);
  });

  test.each([
    [
      [APP, OTHER],
      'pusherApps = "(hidden)" (from BANYAN_PUSHER_APPS) must name the namespace of each app where one is shared: one of them would have the default by chance',
    ],
    [
      [APP, { ...OTHER, namespace: 'pusher' }],
      'pusherApps = "(hidden)" (from BANYAN_PUSHER_APPS) must name the namespace of each app where one is shared: one of them would have the default by chance',
    ],
    [
      [APP, { ...OTHER, namespace: 'x', key: 'k1' }],
      'pusherApps = "(hidden)" (from BANYAN_PUSHER_APPS) must hold apps with an id and a key of their own each',
    ],
    [
      [{ ...APP, secret: 'short' }],
      'pusherApps.0.secret = "(hidden)" (from BANYAN_PUSHER_APPS) must have at least 16 characters',
    ],
    [
      [{ ...APP, namespace: 'room' }],
      'pusherApps.0.namespace = "(hidden)" (from BANYAN_PUSHER_APPS) must be another name, as this one is a feature\'s',
    ],
    [
      [{ ...APP, webhooks: [{ url: 'file:///etc/passwd' }] }],
      'pusherApps.0.webhooks.0.url = "(hidden)" (from BANYAN_PUSHER_APPS) must be an http(s) address',
    ],
    [
      [{ id: '1' }],
      'pusherApps = "(hidden)" (from BANYAN_PUSHER_APPS) must be a JSON list of apps with an id, a key and a secret each',
    ],
  ])('invalid ones are refused without showing secrets: %#', (apps, message) => {
    expect(refusal(given(apps))).toBe(message);
  });
});

describe('channels of users', () => {
  const OPEN = '{"mine":{"subscribe":"users"}}';
  const NAMED = '{"mine":{"subscribe":"users","userChannels":true}}';
  const personal = (namespaces: string, name = 'mine') => ({
    ...{ BANYAN_PERSONAL_CHANNELS: 'true', BANYAN_PERSONAL_NAMESPACE: name, BANYAN_NAMESPACES: namespaces },
  });

  test('SO6 personal channels require a namespace that protects them', () => {
    for (const namespaces of [NAMED, '{"mine":{}}']) {
      expect(load({ env: personal(namespaces) }).personalChannels).toBe(true);
    }
  });

  test.each([
    [
      personal(OPEN),
      'personalNamespace = "mine" (from BANYAN_PERSONAL_NAMESPACE) must name a namespace with userChannels, as others could subscribe to channels of users otherwise',
    ],
    [
      personal(NAMED, 'constructor'),
      'personalNamespace = "constructor" (from BANYAN_PERSONAL_NAMESPACE) must be the name of a namespace of the settings',
    ],
    [
      { BANYAN_USER_SEPARATOR: '#,' },
      'userSeparator = "#," (from BANYAN_USER_SEPARATOR) must be neither a part of userBoundary, nor have it as a part',
    ],
    [
      { BANYAN_USER_BOUNDARY: ':' },
      'userBoundary = ":" (from BANYAN_USER_BOUNDARY) must be 1 to 8 characters, none of them a space, ":" or "$"',
    ],
    [
      { BANYAN_TOKEN_PREVIOUS_SECRET: 'short' },
      'tokenPreviousSecret = "(hidden)" (from BANYAN_TOKEN_PREVIOUS_SECRET) must be empty, or at least 32 characters',
    ],
  ])('SO6 SO12 settings that would open them to others are refused: %#', (env, message) => {
    expect(refusal({ env })).toBe(message);
  });

  test('a namespace named like a property of every object works', () => {
    const { namespaces } = loadConfig({
      args: [],
      env: { BANYAN_NAMESPACES: '{"constructor":{}}' },
      readFile: () => undefined,
    }).config;
    expect(namespaces.constructor).toEqual(CLOSED_NAMESPACE as never);
  });
});

test('every setting has a description, and a valid default', () => {
  for (const key of KEYS) {
    const setting = SETTINGS[key];
    expect(setting.doc.endsWith('.')).toBe(true);
    expect(setting.schema.safeParse(setting.default).success).toBe(true);
  }
  expect(new Set(KEYS.map((key) => SETTINGS[key].env)).size).toBe(KEYS.length);
});
