import { readInlines } from './markdown-inline.ts';
import { type Block, checkDepth, type Item, type Steps } from './markdown-tree.ts';

type Read = { readonly block: Block; readonly next: number };
type Marker = {
  readonly kind: string;
  readonly number: number | undefined;
  /** The column at which the item's text begins. */
  readonly column: number;
  readonly text: string;
};

const BLANK = /^[ \t]*$/;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(?=\S)/;
const QUOTE = /^ {0,3}> ?/;
const INDENTED = /^(?: {4}|\t)/;
const BULLET = /^( {0,3})([-*+])([ \t]{1,4})(?=\S)/;
const NUMBER = /^( {0,3})(\d{1,9})([.)])([ \t]{1,4})(?=\S)/;
const TASK = /^\[([ xX])\][ \t]+(?=\S)/;

/** Parses lines into blocks; `depth`: the nesting of quotes and lists. */
export function readBlocks(lines: readonly string[], depth: number, steps: Steps): readonly Block[] {
  checkDepth(depth);
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    steps.take(line.length + 1);
    if (BLANK.test(line)) {
      at += 1;
      continue;
    }
    const { block, next } = readBlock(lines, at, { depth, steps });
    blocks.push(block);
    at = next;
  }
  return blocks;
}

type Where = { readonly depth: number; readonly steps: Steps };

function readBlock(lines: readonly string[], at: number, where: Where): Read {
  const line = lines[at] as string;
  if (INDENTED.test(line)) return indentedCode(lines, at, where);
  if (FENCE.test(line)) return fencedCode(lines, at, where);
  if (HEADING.test(line)) return heading(line, at, where);
  if (QUOTE.test(line)) return quote(lines, at, where);
  const marker = markerOf(line);
  return marker === undefined ? paragraph(lines, at, where) : list(lines, at, where);
}

/** What may follow a paragraph's line directly: a list that does not begin at 1 is a number in a sentence. */
function endsParagraph(line: string): boolean {
  if (BLANK.test(line) || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line)) return true;
  const marker = markerOf(line);
  return marker !== undefined && (marker.number ?? 1) === 1;
}

function paragraph(lines: readonly string[], at: number, { steps }: Where): Read {
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] as string;
    steps.take(line.length + 1);
    if (endsParagraph(line)) break;
  }
  const text = lines.slice(at, next).join('\n').trimEnd();
  return { block: { kind: 'paragraph', children: readInlines(text, steps) }, next };
}

function heading(line: string, at: number, { steps }: Where): Read {
  const whole = line.replace(HEADING, '').trimEnd();
  let end = whole.length;
  while (whole[end - 1] === '#') end -= 1;
  // Marks at its end are removed only after a space.
  const text = end < whole.length && ' \t'.includes(whole[end - 1] ?? 'x') ? whole.slice(0, end).trimEnd() : whole;
  return { block: { kind: 'heading', children: readInlines(text === '' ? whole : text, steps) }, next: at + 1 };
}

function fencedCode(lines: readonly string[], at: number, { steps }: Where): Read {
  const [, indent = '', fence = ''] = FENCE.exec(lines[at] as string) ?? [];
  const code: string[] = [];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] as string;
    steps.take(line.length + 1);
    if (closesFence(line, fence)) break;
    code.push(unindented(line, indent.length));
  }
  return { block: { kind: 'code', text: code.join('\n') }, next: next + 1 };
}

function closesFence(line: string, fence: string): boolean {
  const bare = line.trim();
  return bare.startsWith(fence) && bare === (fence[0] as string).repeat(bare.length) && !INDENTED.test(line);
}

function indentedCode(lines: readonly string[], at: number, { steps }: Where): Read {
  const code: string[] = [];
  let next = at;
  for (; next < lines.length; next += 1) {
    const line = lines[next] as string;
    steps.take(line.length + 1);
    if (!INDENTED.test(line) && !BLANK.test(line)) break;
    code.push(line.replace(INDENTED, ''));
  }
  return { block: { kind: 'code', text: code.join('\n').trimEnd() }, next };
}

/** Only marked lines are quoted: the text below a quote is usually the reply. */
function quote(lines: readonly string[], at: number, { depth, steps }: Where): Read {
  const quoted: string[] = [];
  let next = at;
  for (; next < lines.length && QUOTE.test(lines[next] as string); next += 1) {
    quoted.push((lines[next] as string).replace(QUOTE, ''));
  }
  return { block: { kind: 'quote', blocks: readBlocks(quoted, depth + 1, steps) }, next };
}

function list(lines: readonly string[], at: number, where: Where): Read {
  const first = markerOf(lines[at] as string);
  const items: Item[] = [];
  let next = at;
  while (next < lines.length) {
    const line = lines[next] as string;
    const marker = markerOf(line);
    where.steps.take(line.length + 1);
    if (marker === undefined || marker.kind !== first?.kind) break;
    const { item, end } = readItem(lines, next, { ...where, marker });
    items.push(item);
    next = end;
  }
  return { block: { kind: 'list', start: first?.number, items }, next };
}

/** An item, with the lines indented to its text; blank ones between them belong to it. */
function readItem(
  lines: readonly string[],
  at: number,
  { depth, steps, marker }: Where & { readonly marker: Marker },
): { item: Item; end: number } {
  const own = [marker.text];
  let end = at + 1;
  let blank = 0;
  for (let next = end; next < lines.length; next += 1) {
    const line = lines[next] as string;
    steps.take(line.length + 1);
    if (BLANK.test(line)) blank += 1;
    else if (indentOf(line) >= marker.column) {
      own.push(...Array.from({ length: blank }, () => ''), unindented(line, marker.column));
      blank = 0;
      end = next + 1;
    } else break;
  }
  const task = TASK.exec(own[0] as string);
  if (task !== null) own[0] = (own[0] as string).slice(task[0].length);
  const checked = task === null ? undefined : task[1] !== ' ';
  // Blank lines between two items of a list do not end it.
  const goesOn = blank > 0 && markerOf(lines[end + blank] ?? '')?.kind === marker.kind;
  return { item: { checked, blocks: readBlocks(own, depth + 1, steps) }, end: goesOn ? end + blank : end };
}

function markerOf(line: string): Marker | undefined {
  const bullet = BULLET.exec(line);
  if (bullet !== null) {
    const [all, , kind = ''] = bullet;
    return { kind, number: undefined, column: all.length, text: line.slice(all.length) };
  }
  const number = NUMBER.exec(line);
  if (number === null) return undefined;
  const [all, , digits = '', kind = ''] = number;
  return { kind, number: Number(digits), column: all.length, text: line.slice(all.length) };
}

function indentOf(line: string): number {
  let at = 0;
  let column = 0;
  for (; line[at] === ' ' || line[at] === '\t'; at += 1) column += line[at] === '\t' ? 4 - (column % 4) : 1;
  return column;
}

/** Without up to this many columns of space at its start. */
function unindented(line: string, columns: number): string {
  let at = 0;
  let column = 0;
  for (; column < columns && (line[at] === ' ' || line[at] === '\t'); at += 1) {
    column += line[at] === '\t' ? 4 - (column % 4) : 1;
  }
  return ' '.repeat(Math.max(0, column - columns)) + line.slice(at);
}
