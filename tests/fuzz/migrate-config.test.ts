import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { translateCentrifugo } from '../../src/cli/migrate/centrifugo.ts';
import { REVERB_ROWS, translateReverb } from '../../src/cli/migrate/reverb.ts';
import { SOKETI_ROWS, translateSoketi } from '../../src/cli/migrate/soketi.ts';
import type { Translation } from '../../src/cli/migrate/translation.ts';
import { checked } from '../../src/cli/migrate-config.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { SEED } from './seed.ts';

const COUNT = inputs(1_500);
const OPTIONS = readFileSync(new URL('../fixtures/centrifugo-6.9.1-options.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
/** Options that are translated are tried more often. */
const TRANSLATED = OPTIONS.filter((option) =>
  /^(client|channel|rpc|http|shared|websocket|proxies|log|shutdown)/.test(option),
);

const VALUES: readonly unknown[] = [
  ...[
    true,
    false,
    'true',
    0,
    1,
    -1,
    5,
    255,
    300,
    65_536,
    10_000_000_000,
    1.5,
    '7',
    '1s',
    '300s',
    '0',
    '24h',
    '10ms',
    'x',
    '',
  ],
  ...[
    'default',
    'news',
    'user',
    'a b',
    'map',
    'map_clients',
    'map_users',
    'shared_poll',
    'cache',
    'stream',
    'redis',
    'user_id',
  ],
  ...[
    'client_id',
    'here:',
    '#',
    ',',
    ':',
    '::',
    '$',
    '*',
    'http://app/x',
    'grpc://app',
    'https://app.example.org',
    'none',
  ],
  ...['a secret that is long enough for whatever it is', '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----'],
  ...[[], ['fossil'], ['*'], ['Cookie', 'Host'], ['https://app.example.org'], {}, null, 'json_object', 'versioned'],
];
const NAMES = ['news', 'chat', 'here', 'Room.1', 'room', 'x'.repeat(70), '', 'constructor'];

/** Sets a value at the path, in one of two items of each list. */
function put(tree: Record<string, unknown>, path: string, [random, value]: readonly [Random, unknown]): void {
  const names = path.split('.');
  let place = tree;
  for (const [index, name] of names.entries()) {
    const key = name.replace('[]', '');
    if (index === names.length - 1) place[key] = key === 'name' && random.chance(0.8) ? random.pick(NAMES) : value;
    else if (name.endsWith('[]')) {
      if (!Array.isArray(place[key])) place[key] = [{}, {}];
      place = (place[key] as Record<string, unknown>[])[random.between(0, 1)] as Record<string, unknown>;
    } else {
      const inner = place[key];
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) place[key] = {};
      place = place[key] as Record<string, unknown>;
    }
  }
}

function tried(what: string, translate: () => Translation): void {
  try {
    checked(translate());
  } catch (error) {
    throw new Error(`SEED=${SEED}: ${error instanceof Error ? error.message : error}: ${what}`, { cause: error });
  }
}

test(
  'MG1 any Centrifugo configuration is translated to settings with which the server starts',
  () => {
    const random = new Random(SEED);
    for (let count = 0; count < COUNT; count += 1) {
      const config: Record<string, unknown> = {};
      for (const name of random.chance(0.8) ? ['news', 'chat'] : []) {
        put(config, 'channel.namespaces[].name', [random, name]);
      }
      for (let options = random.between(1, 40); options > 0; options -= 1) {
        put(config, random.pick(random.chance(0.8) ? TRANSLATED : OPTIONS), [random, random.pick(VALUES)]);
      }
      tried(JSON.stringify(config), () => translateCentrifugo(config));
    }
  },
  patience(COUNT),
);

test(
  'MG1 the same holds for Soketi and Reverb',
  () => {
    const random = new Random(SEED);
    const app = [
      'id',
      'key',
      'secret',
      'maxConnections',
      'enabled',
      'webhooks',
      'maxEventPayloadInKb',
      'maxClientEventsPerSecond',
    ];
    const soketi = [
      ...SOKETI_ROWS.map(([option]) => option),
      ...app.map((field) => `appManager.array.apps.0.${field}`),
    ];
    for (let count = 0; count < COUNT; count += 1) {
      const some = (names: readonly string[]) =>
        Object.fromEntries(names.filter(() => random.chance(0.5)).map((name) => [name, random.pick(VALUES)]));
      const [file, env] = [some(soketi), some(REVERB_ROWS.map(([variable]) => variable))];
      tried(JSON.stringify(file), () => translateSoketi(file));
      tried(JSON.stringify(env), () => translateReverb(env));
    }
    expect(COUNT).toBeGreaterThan(0);
  },
  patience(COUNT),
);
