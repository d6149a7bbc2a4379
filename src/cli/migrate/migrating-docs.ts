import { SECTIONS } from './centrifugo-options.ts';
import { REVERB_ROWS } from './reverb.ts';
import { SOKETI_ROWS } from './soketi.ts';

const HOW = { set: 'translated', same: 'holds anyway', none: 'not here' } as const;

/** docs/migrating.md with its option tables regenerated, each between the comments that name it. */
export function withTables(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, made]) => between(text, name, made()), page);
}

const TABLES: Readonly<Record<string, () => string>> = {
  'options of Centrifugo': () =>
    SECTIONS.map(({ title, rows }) => {
      const lines = rows.map(({ option, how, here }) => [code(option), HOW[how], here]);
      return `### ${title}\n\n${table(['Option', '', 'Here'], lines)}`;
    }).join('\n\n'),
  'options of Soketi': () =>
    table(
      ['In its JSON file', 'Variable', '', 'Here'],
      SOKETI_ROWS.map(([option, variable, here, isSet]) => [
        ...[code(option), variable === '' ? '' : code(variable), isSet === true ? HOW.set : HOW.none, here],
      ]),
    ),
  'variables of Reverb': () =>
    table(
      ['Variable', '', 'Here'],
      REVERB_ROWS.map(([variable, here, isSet]) => [code(variable), isSet === true ? HOW.set : HOW.none, here]),
    ),
};

function between(page: string, name: string, made: string): string {
  const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/migrating.md has no ${begin} with its end`);
  return `${page.slice(0, from + begin.length)}\n${made}\n${page.slice(to)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
