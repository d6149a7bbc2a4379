import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sectionToMarkdown, toMarkdown } from './report.ts';
import { chatSend } from './scenarios/chat-send.ts';
import { coldStart } from './scenarios/cold-start.ts';
import { durable } from './scenarios/durable.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { idleChannels } from './scenarios/idle-channels.ts';
import { idleMemory } from './scenarios/idle-memory.ts';
import { reconnect } from './scenarios/reconnect.ts';
import type { Scenario, Section, Settings } from './scenarios/scenario.ts';

const SCENARIOS: readonly Scenario[] = [fanOut, durable, chatSend, idleMemory, idleChannels, reconnect, coldStart];

const HELP = `npm run bench -- [scenario …] [options]

${SCENARIOS.map(({ name, summary }) => `  ${name.padEnd(13)} ${summary}`).join('\n')}

  --quick       one short round with fewer clients, printed and not kept: to see that all works
  --secs N      measured seconds a round (5)
  --rounds N    rounds for each server (3)
  --window N    publications in flight in fan-out (8)
  --beside DIR  durable: measure the Banyan of another checkout in turn with this one, and no peers
  --name NAME   report goes to bench/results/<date>-<name>.md (host name)
`;

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    secs: { type: 'string' },
    rounds: { type: 'string' },
    window: { type: 'string', default: '8' },
    beside: { type: 'string' },
    name: { type: 'string', default: hostname() },
    help: { type: 'boolean', default: false },
  },
});

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number above 0`);
  process.exit(2);
}

function settings(): Settings {
  const { quick } = values;
  return {
    warmSecs: 1,
    secs: positive('secs', values.secs ?? (quick ? '1' : '5')),
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '3')),
    window: positive('window', values.window),
    clients: quick
      ? { subscribers: 200, idle: 1_000, reconnecting: 500 }
      : { subscribers: 1_000, idle: 10_000, reconnecting: 5_000 },
    channels: quick ? 20_000 : 1_000_000,
    ...(values.beside !== undefined && { beside: values.beside }),
  };
}

function chosen(): readonly Scenario[] {
  const unknown = positionals.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    console.error(`no scenario "${unknown}"\n\n${HELP}`);
    process.exit(2);
  }
  return positionals.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => positionals.includes(name));
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const sections: Section[] = [];
  for (const scenario of chosen()) {
    console.error(`${scenario.name}:`);
    for (const measured of await scenario.run(settings())) {
      // The numbers of a quick run are too small to be compared with a goal.
      const section = values.quick ? { ...measured, goals: [] } : measured;
      sections.push(section);
      console.log(`${sectionToMarkdown(section)}\n`);
    }
  }
  if (!values.quick) await keep(sections);
  if (sections.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
}

async function keep(sections: readonly Section[]): Promise<void> {
  const date = new Date();
  const commit = Bun.spawnSync(['git', 'describe', '--always', '--dirty']).stdout.toString().trim();
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  const path = join(import.meta.dir, 'results', `${date.toISOString().slice(0, 10)}-${values.name}.md`);
  await Bun.write(path, toMarkdown({ command, date, commit, sections }));
  console.error(`written to ${path}`);
}

// Exits explicitly, so that servers and folders are removed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
await main();
process.exit();
