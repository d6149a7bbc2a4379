import { SETTINGS } from '../app/config.ts';
import { flagOf, KEYS } from '../app/config-sources.ts';

/** The help text. `commands` are the summaries by name. */
export function helpText(commands: Readonly<Record<string, string>>): string {
  const settings = Object.fromEntries(KEYS.map((key) => [flagOf(key), `${SETTINGS[key].env}: ${SETTINGS[key].rule}`]));
  return `Banyan: a self-hosted realtime platform.

  npm start -- [flags]                       installs what is missing, then serves
  node tools/start.mjs <command> [flags]     does something else

Commands:
${columns(commands)}

Settings, as flags and in the environment (docs/config.md tells more):
${columns({ '--config FILE': 'a JSON file with settings', ...settings })}`;
}

function columns(rows: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows)
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
    .join('\n');
}
