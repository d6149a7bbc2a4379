import { nearest } from '../app/nearest.ts';
import { StartError } from '../app/start-error.ts';
import { VERSION } from '../app/version.ts';
import { bench } from './bench.ts';
import { checkConfig } from './check-config.ts';
import type { Command } from './command.ts';
import { writeConfigDocs } from './config-docs.ts';
import { doctor } from './doctor.ts';
import { helpText } from './help.ts';
import { migrateConfig } from './migrate-config.ts';
import { repair } from './repair.ts';
import { serve } from './serve.ts';

const help: Command = {
  summary: 'Prints this.',
  run: async () => {
    console.log(helpText(Object.fromEntries(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]))));
    return 0;
  },
};

const version: Command = {
  summary: 'Prints the version.',
  run: async () => {
    console.log(VERSION);
    return 0;
  },
};

const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  bench,
  doctor,
  repair,
  'check-config': checkConfig,
  'config-docs': writeConfigDocs,
  'migrate-config': migrateConfig,
  help,
  version,
};

/** Runs the command given in the arguments; without one, or with flags only, that is `serve`. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) return helpOn(args[0] ?? '');
  const [name = 'serve', ...rest] = args[0]?.startsWith('-') ? ['serve', ...args] : args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new StartError(`unknown command ${name}; did you mean ${nearest(name, Object.keys(COMMANDS))}?`);
  }
  return command.run(rest);
}

/** The command's own help, or the general one. */
async function helpOn(name: string): Promise<number> {
  const own = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.help : undefined;
  if (own === undefined) return help.run([]);
  console.log(own);
  return 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  // A StartError is for the user: one line. Anything else is a bug.
  console.error(error instanceof StartError ? `banyan: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}` : error);
  process.exit(1);
}
