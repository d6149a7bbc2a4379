import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { TOML, YAML } from 'bun';
import { SETTINGS, type SettingKey } from '../app/config.ts';
import { loadConfig } from '../app/load-config.ts';
import { nearest } from '../app/nearest.ts';
import { StartError } from '../app/start-error.ts';
import type { Command } from './command.ts';
import { translateCentrifugo } from './migrate/centrifugo.ts';
import { readDotenv } from './migrate/dotenv.ts';
import { translateReverb } from './migrate/reverb.ts';
import { soketiFileOf, translateSoketi } from './migrate/soketi.ts';
import { isTree, type Translation, type Tree } from './migrate/translation.ts';
import { readOptions } from './options.ts';

/** Exit codes: everything was translated; something was left out or changed. */
const [WHOLE, PARTLY] = [0, 2];

const OPTIONS = {
  '--output': {
    takes: 'FILE',
    rule: 'a path',
    doc: 'write the settings there instead of printing them; the file must not exist',
    default: '',
    parse: (text: string) => text,
  },
} as const;

const SERVERS: Readonly<Record<string, (text: string, path: string) => Translation>> = {
  centrifugo: (text, path) => translateCentrifugo(treeOf(text, path)),
  soketi: (text, path) =>
    translateSoketi(isEnvironment(path, text) ? soketiFileOf(readDotenv(text)) : treeOf(text, path)),
  reverb: (text) => translateReverb(readDotenv(text)),
};

const HELP = `Usage: migrate-config SERVER FILE [--output FILE]

Translates the configuration of another server into settings, and says what did not come over.
Settings go to standard output, notes to standard error.

  centrifugo FILE   a configuration file of Centrifugo 6 (.json, .yaml, .toml)
  soketi FILE       a configuration file of Soketi (.json), or its variables (.env)
  reverb FILE       the .env of a Laravel application with Reverb

Exit code: 0 everything came over, 2 something did not or is different, 1 the file could not be translated.
What each option becomes: docs/migrating.md`;

export const migrateConfig: Command = {
  summary: 'Translates the configuration of Centrifugo, Soketi or Reverb into settings.',
  help: HELP,
  run: async (args) => {
    const { values, operands } = readOptions(OPTIONS, args);
    const [server = '', path, ...more] = operands;
    const translate = Object.hasOwn(SERVERS, server) ? SERVERS[server] : undefined;
    if (translate === undefined) {
      const known =
        server === ''
          ? 'name one of'
          : `unknown server ${server}; did you mean ${nearest(server, Object.keys(SERVERS))}? There are`;
      throw new StartError(`${known} ${Object.keys(SERVERS).join(', ')}`);
    }
    if (path === undefined || more.length > 0) throw new StartError('name one file to translate');
    const translation = translate(read(path), path);
    const text = `${JSON.stringify(checked(translation), null, 2)}\n`;
    write(text, values['--output']);
    for (const { option, how, why } of translation.notes)
      console.error(`${how === 'left' ? 'left out' : 'changed'}: ${option}: ${plain(why)}`);
    return translation.notes.length === 0 ? WHOLE : PARTLY;
  },
};

/**
 * The settings, without those that would keep the server from starting. Throws `StartError` if it would not start
 * anyway.
 */
export function checked(translation: Translation): Readonly<Record<string, unknown>> {
  for (const [key, value] of Object.entries(translation.settings)) {
    const { schema, rule } = SETTINGS[key as SettingKey];
    if (schema.safeParse(value).success) continue;
    delete translation.settings[key];
    translation.left(key, `what was found for it breaks its rule: ${rule}`);
  }
  const { settings } = translation;
  loadConfig({ args: ['--config', 'the translation'], env: {}, readFile: () => JSON.stringify(settings) });
  return settings;
}

/** Without Markdown. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, 'docs/$1').replaceAll('`', '');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`${path} cannot be read (${(error as Error).message})`);
  }
}

function write(text: string, output: string): void {
  if (output === '') return void process.stdout.write(text);
  if (existsSync(output)) throw new StartError(`${output} exists already`);
  // It holds secrets.
  writeFileSync(output, text, { mode: 0o600, flag: 'wx' });
}

function isEnvironment(path: string, text: string): boolean {
  return !/^\s*\{/.test(text) && !path.endsWith('.json');
}

/** By the file's extension, like the other servers. */
function treeOf(text: string, path: string): Tree {
  let value: unknown;
  try {
    value = /\.ya?ml$/i.test(path) ? YAML.parse(text) : /\.toml$/i.test(path) ? TOML.parse(text) : JSON.parse(text);
  } catch (error) {
    throw new StartError(`${path} is not what its name says (${(error as Error).message})`);
  }
  if (value === null || value === undefined) return {};
  if (!isTree(value)) throw new StartError(`${path} must hold one object`);
  return value;
}
