import { arch, cpus, release, totalmem } from 'node:os';
import { GENERATOR_CORE, SERVER_CORE } from './cores.ts';
import type { Section } from './scenarios/scenario.ts';

export type Report = {
  readonly command: string;
  readonly date: Date;
  readonly commit: string;
  readonly sections: readonly Section[];
};

/** The whole report as Markdown. */
export function toMarkdown({ command, date, commit, sections }: Report): string {
  const head = [
    `# Benchmark of ${date.toISOString().slice(0, 10)}`,
    `Command: \`${command}\`, commit ${commit}.`,
    machineLine(),
    'Figures are medians over the rounds. "Banyan ÷ it" above 1: Banyan is that many times faster; "it ÷ Banyan" above 1: ' +
      'the other needs that many times as much.',
  ];
  return `${[...head, ...sections.map(sectionToMarkdown)].join('\n\n')}\n`;
}

function machineLine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  const place =
    SERVER_CORE.number === null
      ? 'cores not pinned (no taskset)'
      : `servers on core ${SERVER_CORE.number}, generator on core ${GENERATOR_CORE.number}`;
  return (
    `Machine: ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory}, Linux ${release()} ${arch()}; ${place}. ` +
    `Bun ${Bun.version}, ${versionOf('node', '--version')}, ${versionOf('nats-server', '--version')}, ${versionOf('nginx', '-v')}.`
  );
}

function versionOf(program: string, flag: string): string {
  if (Bun.which(program) === null) return `${program} not installed`;
  const { stdout, stderr } = Bun.spawnSync([program, flag]);
  const [line] = `${stdout}${stderr}`.trim().split('\n');
  return `${program} ${line?.replace(/^.*?v?(?=\d)/, '') ?? '?'}`;
}

/** One section as Markdown. */
export function sectionToMarkdown(section: Section): string {
  const goals = section.goals.map(
    ({ promise, reached, met }) => `- ${met ? 'Reached' : '**Missed**'}: ${promise}. Here: ${reached}.`,
  );
  const broken = section.broken.map((what) => `- **Broken**: ${what}.`);
  const notes = section.notes.map((note) => `- ${note}`);
  const lists = [...goals, ...broken, ...notes].join('\n');
  return [`## ${section.title}`, section.method, table(section), ...(lists === '' ? [] : [lists])].join('\n\n');
}

function table({ columns, rows }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const full = rows.map((cells) => line([...cells, ...new Array(Math.max(0, columns.length - cells.length)).fill('')]));
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [line(columns), line(rule), ...full].join('\n');
}
