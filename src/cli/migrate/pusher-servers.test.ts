import { describe, expect, test } from 'bun:test';
import { loadConfig } from '../../app/load-config.ts';
import { checked } from '../migrate-config.ts';
import { readDotenv } from './dotenv.ts';
import { translateReverb } from './reverb.ts';
import { soketiFileOf, translateSoketi } from './soketi.ts';
import type { Translation } from './translation.ts';

function loaded(translation: Translation) {
  const settings = checked(translation);
  const read = { args: ['--config', 'it'], env: {}, readFile: () => JSON.stringify(settings) };
  return { config: loadConfig(read).config, notes: translation.notes.map(({ option, how }) => `${how} ${option}`) };
}

const SECRET = 'a secret of an app';

describe('MG1 Soketi', () => {
  // The form in Soketi's docs: names are paths.
  test('MG1 a file with an app and its webhooks', () => {
    const file = {
      debug: true,
      port: 6_002,
      'appManager.array.apps': [
        {
          ...{ id: 'some-id', key: 'some-key', secret: SECRET, maxConnections: 100, enableClientMessages: true },
          ...{ maxClientEventsPerSecond: 20, maxEventPayloadInKb: 50 },
          webhooks: [{ url: 'https://app.example.org/hook', event_types: ['channel_occupied', 'channel_vacated'] }],
        },
      ],
    };
    const { config, notes } = loaded(translateSoketi(file));
    expect(config).toMatchObject({ port: 6_002, host: '0.0.0.0', logLevel: 'debug', allowedOrigins: ['*'] });
    expect(config.pusherApps).toMatchObject([
      {
        ...{ id: 'some-id', key: 'some-key', secret: SECRET, maxConnections: 100, clientEvents: true },
        ...{ clientEventsPerSecond: 20, maxEventBytes: 51_200, maxPresenceMembers: 100 },
        webhooks: [{ url: 'https://app.example.org/hook', events: ['channel_occupied', 'channel_vacated'] }],
      },
    ]);
    expect(config.maxFrameBytes).toBeGreaterThan(51_200);
    expect(notes).toEqual([]);
  });

  test('MG1 its variables', () => {
    const text = `SOKETI_DEFAULT_APP_ID=1\nSOKETI_DEFAULT_APP_KEY=key\nSOKETI_DEFAULT_APP_SECRET="${SECRET}"\nSOKETI_DEFAULT_APP_MAX_CONNS=5\nSOKETI_PORT=6003\nSOKETI_EVENT_MAX_SIZE_IN_KB=10\nOTHER=1\n`;
    const { config, notes } = loaded(translateSoketi(soketiFileOf(readDotenv(text))));
    expect(config.port).toBe(6_003);
    expect(config.pusherApps).toMatchObject([
      { id: '1', key: 'key', secret: SECRET, maxConnections: 5, maxEventBytes: 10_240 },
    ]);
    expect(notes).toEqual([]);
  });

  test("MG1 Soketi's defaults", () => {
    // src/server.ts of Soketi 1.6.
    const { config, notes } = loaded(translateSoketi({}));
    expect(config).toMatchObject({ port: 6_001, host: '0.0.0.0', drainSeconds: 3 });
    expect(config.pusherApps).toMatchObject([
      { id: 'app-id', key: 'app-key', clientEvents: false, maxEventBytes: 102_400 },
    ]);
    expect(notes).toEqual(['changed appManager.array.apps[0].secret']);
  });

  test('MG1 several apps have a namespace each', () => {
    const apps = ['a', 'b'].map((name) => ({ id: name, key: name, secret: SECRET }));
    const { config } = loaded(translateSoketi({ appManager: { array: { apps } } }));
    expect(config.pusherApps.map(({ namespace }) => namespace)).toEqual(['app1', 'app2']);
  });

  test('MG2 options left out are reported', () => {
    const app = { id: 'a', key: 'a', secret: SECRET, maxReadRequestsPerSecond: 5, enableUserAuthentication: true };
    const file = {
      'appManager.array.apps': [{ ...app, webhooks: [{ lambda_function: 'x', event_types: [] }] }],
      ...{
        'adapter.driver': 'redis',
        'ssl.certPath': '/cert',
        'cors.origin': ['*.example.org'],
        mode: 'worker',
        what: 1,
      },
    };
    expect(loaded(translateSoketi(file)).notes).toEqual([
      'left cors.origin',
      'left appManager.array.apps[0].maxReadRequestsPerSecond',
      'left appManager.array.apps[0].enableUserAuthentication',
      'left appManager.array.apps[0].webhooks[0]',
      'left adapter.driver',
      'left ssl.certPath',
      'left mode',
      'left what',
    ]);
  });
});

describe('MG1 Laravel Reverb', () => {
  test('MG1 the variables of an application', () => {
    const text = [
      'APP_NAME=Shop',
      'BROADCAST_CONNECTION=reverb',
      '',
      'REVERB_APP_ID=my-app-id',
      'REVERB_APP_KEY=my-app-key',
      `REVERB_APP_SECRET='${SECRET}' # kept`,
      'REVERB_HOST="ws.example.org"',
      'REVERB_PORT=443',
      'REVERB_SCHEME=https',
      'REVERB_SERVER_HOST=127.0.0.1',
      'REVERB_SERVER_PORT=8081',
      `VITE_REVERB_APP_KEY="${'$'}{REVERB_APP_KEY}"`,
    ].join('\n');
    const { config, notes } = loaded(translateReverb(readDotenv(text)));
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8_081,
      publicUrl: 'https://ws.example.org',
      allowedOrigins: ['*'],
    });
    // config/reverb.php: 10,000 bytes a message, client events of members.
    expect(config.pusherApps).toMatchObject([
      { id: 'my-app-id', key: 'my-app-key', secret: SECRET, maxEventBytes: 10_000, clientEvents: true },
    ]);
    expect(notes).toEqual([]);
  });

  test('MG2 limits that change, and missing options', () => {
    const env = {
      ...{ REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: SECRET, REVERB_SCALING_ENABLED: 'true' },
      ...{
        REVERB_APP_RATE_LIMITING_ENABLED: 'true',
        REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '120',
        REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'none',
      },
    };
    const { config, notes } = loaded(translateReverb({ ...env, REVERB_NONSENSE: '1' }));
    expect(config).toMatchObject({ commandsPerSecond: 2, burstSeconds: 60 });
    expect(config.pusherApps[0]?.clientEvents).toBe(false);
    expect(notes).toEqual([
      'changed REVERB_APP_RATE_LIMITING_ENABLED',
      'left REVERB_SCALING_ENABLED',
      'left REVERB_NONSENSE',
    ]);
  });

  test('MG2 without an app there is none', () => {
    expect(loaded(translateReverb({})).notes).toEqual(['left REVERB_APP_ID']);
  });
});
