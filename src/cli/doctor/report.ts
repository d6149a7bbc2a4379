import { wrap } from '../options.ts';
import type { Finding } from './finding.ts';

const WIDTH = 80;
const STATUS_WIDTH = 6;
const NAME_WIDTH = 14;
const COLOURS = { ok: 32, warn: 33, fail: 31, skip: 90 } as const;

/** Receives findings one by one. */
export interface Report {
  /** Starts a section. */
  begin(title: string): void;
  add(...findings: readonly Finding[]): void;
  /** Returns whether something failed. */
  end(): boolean;
}

/** For people: at most 80 columns, each finding at once, followed by its advice. */
export class TextReport implements Report {
  readonly #print: (line: string) => void;
  readonly #paint: Paint;
  readonly #all: Finding[] = [];

  constructor(print: (line: string) => void, isColoured: boolean) {
    this.#print = print;
    this.#paint = (status, text) => (isColoured ? `\x1b[${COLOURS[status]}m${text}\x1b[0m` : text);
  }

  begin(title: string): void {
    if (this.#all.length > 0) this.#print('');
    for (const line of wrap(title, WIDTH)) this.#print(line);
  }

  add(...findings: readonly Finding[]): void {
    for (const finding of findings) for (const line of linesOf(finding, this.#paint)) this.#print(line);
    this.#all.push(...findings);
  }

  end(): boolean {
    this.#print('');
    this.#print(summary(this.#all));
    return hasFailed(this.#all);
  }
}

/** For programs: all at the end, each with its section. */
export class JsonReport implements Report {
  readonly #print: (line: string) => void;
  readonly #all: (Finding & { readonly section: string })[] = [];
  #section = '';

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  begin(title: string): void {
    this.#section = title;
  }

  add(...findings: readonly Finding[]): void {
    for (const finding of findings) this.#all.push({ section: this.#section, ...finding });
  }

  end(): boolean {
    this.#print(JSON.stringify({ ok: !hasFailed(this.#all), findings: this.#all }, null, 2));
    return hasFailed(this.#all);
  }
}

type Paint = (status: Finding['status'], text: string) => string;

function linesOf({ name, status, found, remedy }: Finding, paint: Paint): string[] {
  const indent = ' '.repeat(2 + STATUS_WIDTH + NAME_WIDTH);
  const width = WIDTH - indent.length;
  const [first = '', ...more] = wrap(found, width);
  return [
    `  ${paint(status, status.padEnd(STATUS_WIDTH))}${name.padEnd(NAME_WIDTH)}${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(remedy === undefined ? [] : wrap(`-> ${remedy}`, width).map((line) => `${indent}${line}`)),
  ];
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Finding['status']) => findings.filter(({ status }) => status === wanted).length;
  const [fails, warnings, skipped] = [count('fail'), count('warn'), count('skip')];
  if (fails + warnings === 0) return `All is well${skipped > 0 ? `, as far as could be seen (${skipped} not)` : ''}.`;
  return `${fails} to mend, ${warnings} to think about, ${count('ok')} well, ${skipped} not to be seen.`;
}

function hasFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === 'fail');
}
