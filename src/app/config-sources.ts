import { SETTINGS, type SettingKey } from './config.ts';
import { nearest } from './nearest.ts';
import { StartError } from './start-error.ts';

/** A value as given: JSON from a file, text from a flag or the environment. */
export type ConfiguredValue = { readonly origin: string } & ({ readonly text: string } | { readonly value: unknown });
export type GivenValues = Partial<Record<SettingKey, ConfiguredValue>>;

/** The text of a file, undefined if it does not exist. */
export type ReadFile = (path: string) => string | undefined;

const ENV_PREFIX = 'BANYAN_';
const CONFIG_FLAG = '--config';
export const KEYS = Object.keys(SETTINGS) as SettingKey[];
const KEY_BY_FLAG = new Map(KEYS.map((key) => [flagOf(key), key]));
const KEY_BY_ENV = new Map<string, SettingKey>(KEYS.map((key) => [SETTINGS[key].env, key]));

/** The setting's flag: `--public-url` for `publicUrl`. */
export function flagOf(key: SettingKey): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Reads `--port 80`, `--port=80`, `--client-insecure` and `--config FILE`. Throws `StartError`. */
export function readFlags(args: readonly string[]): { readonly given: GivenValues; readonly configFile?: string } {
  const given: GivenValues = {};
  let configFile: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const [flag, joined] = splitFlag(args[index] as string);
    const key = KEY_BY_FLAG.get(flag);
    if (key === undefined && flag !== CONFIG_FLAG) throw unknownFlag(flag);
    const isToggle = key !== undefined && typeof SETTINGS[key].default === 'boolean';
    const text = joined ?? (isToggle ? 'true' : args[++index]);
    if (text === undefined) throw new StartError(`${flag} needs a value`);
    if (key === undefined) configFile = text;
    else given[key] = { origin: flag, text };
  }
  return { given, ...(configFile !== undefined && { configFile }) };
}

function splitFlag(arg: string): [flag: string, value: string | undefined] {
  const equals = arg.indexOf('=');
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function unknownFlag(flag: string): StartError {
  if (!flag.startsWith('-')) return new StartError(`unexpected argument ${JSON.stringify(flag)}`);
  return new StartError(`unknown flag ${flag}; did you mean ${nearest(flag, [...KEY_BY_FLAG.keys(), CONFIG_FLAG])}?`);
}

/** An empty variable counts as absent: container tools set it for unfilled values. Throws `StartError`. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): GivenValues {
  const given: GivenValues = {};
  for (const [name, text] of Object.entries(env)) {
    const key = KEY_BY_ENV.get(name);
    if (key === undefined && name.startsWith(ENV_PREFIX)) {
      const known = nearestVariable(name);
      throw new StartError(`unknown setting ${name} in the environment; did you mean ${known}?`);
    }
    if (key !== undefined && text !== undefined && text !== '') given[key] = { origin: name, text };
  }
  return given;
}

/** Compared without the prefix, as otherwise `BANYAN_PORT` would be nearest to `PORT` always. */
function nearestVariable(name: string): string {
  const byWord = new Map([...KEY_BY_ENV.keys()].map((known) => [known.replace(ENV_PREFIX, ''), known]));
  return byWord.get(nearest(name.replace(ENV_PREFIX, ''), [...byWord.keys()])) as string;
}

/** The settings in a file; undefined if it does not exist. Throws `StartError`. */
export function readSettingsFile(readFile: ReadFile, path: string): GivenValues | undefined {
  const text = readText(readFile, path);
  if (text === undefined) return undefined;
  const given: GivenValues = {};
  for (const [key, value] of Object.entries(parseObject(text, path))) {
    if (!isSettingKey(key)) {
      throw new StartError(`unknown setting ${key} in ${path}; did you mean ${nearest(key, KEYS)}?`);
    }
    given[key] = { origin: path, value };
  }
  return given;
}

function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

function readText(readFile: ReadFile, path: string): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    throw new StartError(`the settings file ${path} cannot be read (${(error as Error).message})`);
  }
}

function parseObject(text: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StartError(`the settings file ${path} is not JSON (${(error as Error).message})`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new StartError(`the settings file ${path} must contain one JSON object`);
}
