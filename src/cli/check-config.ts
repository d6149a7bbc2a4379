import { type Config, SETTINGS, type SettingKey } from '../app/config.ts';
import { KEYS } from '../app/config-sources.ts';
import { loadConfig } from '../app/load-config.ts';
import { type Command, processSources } from './command.ts';

export const checkConfig: Command = {
  summary: 'Checks the settings and prints what holds, and where it comes from.',
  run: async (args) => {
    const { config, origins } = loadConfig(processSources(args));
    const width = Math.max(...KEYS.map((key) => key.length));
    for (const key of KEYS) console.log(`${key.padEnd(width)}  ${shown(config, key)}  (${origins[key]})`);
    return 0;
  },
};

function shown(config: Config, key: SettingKey): string {
  if (SETTINGS[key].secret) return config[key] === '' ? '""' : '(hidden)';
  return JSON.stringify(config[key]);
}
