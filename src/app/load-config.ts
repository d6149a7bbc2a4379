import { join } from 'node:path';
import type { z } from 'zod';
import { type Config, SETTINGS, type SettingKey } from './config.ts';
import { findConflict } from './config-conflicts.ts';
import {
  type ConfiguredValue,
  flagOf,
  type GivenValues,
  KEYS,
  type ReadFile,
  readEnvironment,
  readFlags,
  readSettingsFile,
} from './config-sources.ts';
import type { Setting } from './setting.ts';
import { StartError } from './start-error.ts';

/** Where settings come from. */
export type Sources = {
  /** The arguments after the command's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
};

export type LoadedConfig = {
  readonly config: Config;
  /** The source of each setting: a flag, an environment name or a file; 'default' for others. */
  readonly origins: Readonly<Record<SettingKey, string>>;
};

/** The settings file in the data folder, read unless `--config` names another. */
export const CONFIG_FILE = 'banyan.json';
const LONGEST_SHOWN = 200;
const HIDDEN = '(hidden)';

/**
 * Collects and validates all settings: a flag overrides the environment, which overrides the settings file, which
 * overrides the default.
 *
 * @throws StartError with one line that names key, value and rule, or the unknown name and the nearest known one.
 */
export function loadConfig({ args, env, readFile }: Sources): LoadedConfig {
  const { given: flags, configFile } = readFlags(args);
  const outer = { ...readEnvironment(env), ...flags };
  const file = configFile === undefined ? fileInData(readFile, outer.data) : readSettingsFile(readFile, configFile);
  if (file === undefined) throw new StartError(`there is no settings file ${configFile}`);
  const given: GivenValues = { ...file, ...outer };
  const config = Object.fromEntries(KEYS.map((key) => [key, checkedValue(key, given[key])])) as Config;
  const origins = Object.fromEntries(
    KEYS.map((key) => [key, given[key]?.origin ?? 'default']),
  ) as LoadedConfig['origins'];
  const conflict = findConflict(config);
  if (conflict === undefined) return { config, origins };
  const { key, rule } = conflict;
  throw wrongValue({ name: key, value: shownOf(key, config[key]), origin: origins[key], rule });
}

/** Secrets are not shown in messages. */
function shownOf(key: SettingKey, value: unknown): unknown {
  return SETTINGS[key].secret ? HIDDEN : value;
}

function fileInData(readFile: ReadFile, data: ConfiguredValue | undefined): GivenValues {
  const path = join(checkedValue('data', data), CONFIG_FILE);
  const file = readSettingsFile(readFile, path) ?? {};
  if (file.data === undefined) return file;
  throw new StartError(
    `${path} cannot set data, as it lies in that folder; use ${flagOf('data')} or ${SETTINGS.data.env}`,
  );
}

function checkedValue<K extends SettingKey>(key: K, given: ConfiguredValue | undefined): Config[K] {
  const setting: Setting = SETTINGS[key];
  if (given === undefined) return setting.default as Config[K];
  const value = 'text' in given ? setting.fromText(given.text) : given.value;
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return parsed.data as Config[K];
  const { origin } = given;
  const inside = problemInside(key, value, parsed.error.issues[0]);
  if (inside !== undefined) throw wrongValue({ origin, ...inside, value: setting.secret ? HIDDEN : inside.value });
  const shown = shownOf(key, 'text' in given ? given.text : given.value);
  throw wrongValue({ name: key, value: shown, origin, rule: `must be ${setting.rule}` });
}

type Problem = { readonly name: string; readonly value: unknown; readonly rule: string };

/** The error inside a value, if its schema has its own message ("must …"). */
function problemInside(key: SettingKey, whole: unknown, issue: z.core.$ZodIssue | undefined): Problem | undefined {
  if (issue === undefined) return undefined;
  const rule = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message;
  if (rule?.startsWith('must ') !== true) return undefined;
  if (issue.code === 'invalid_key') return { name: `a name in ${key}`, value: issue.path.at(-1), rule };
  const value = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)[part], whole);
  return { name: [key, ...issue.path].map(String).join('.'), value, rule };
}

function wrongValue({ name, value, origin, rule }: Problem & { readonly origin: string }): StartError {
  const json = JSON.stringify(value) ?? 'nothing';
  const shown = json.length > LONGEST_SHOWN ? `${json.slice(0, LONGEST_SHOWN)}…` : json;
  return new StartError(`${name} = ${shown} (from ${origin}) ${rule}`);
}
