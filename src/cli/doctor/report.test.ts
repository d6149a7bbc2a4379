import { expect, test } from 'bun:test';
import { type Finding, fail, ok, skip, warn } from './finding.ts';
import { JsonReport, type Report, TextReport } from './report.ts';

const long = 'words that go on and on '.repeat(8).trim();
const WELL = [ok('memory', '2 GB'), skip('clock', 'not told')];
const ILL = [warn('space', long, long), fail('database', 'damaged', 'a backup')];

function textOf(findings: readonly Finding[], isColoured = false): string {
  const lines: string[] = [];
  fill(new TextReport((line) => lines.push(line), isColoured), findings);
  return lines.join('\n');
}

function fill(report: Report, findings: readonly Finding[]): boolean {
  report.begin('This machine');
  report.add(...findings);
  return report.end();
}

test('findings and advice are aligned, in 80 columns', () => {
  const lines = textOf([...WELL, ...ILL]).split('\n');
  expect(lines.slice(0, 2)).toEqual(['This machine', '  ok    memory        2 GB']);
  expect(lines).toContain('  fail  database      damaged');
  expect(lines).toContain('                      -> a backup');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('the last line is a summary', () => {
  expect(textOf(WELL)).toEndWith('All is well, as far as could be seen (1 not).');
  expect(textOf([...WELL, ...ILL])).toEndWith('1 to mend, 1 to think about, 1 well, 1 not to be seen.');
});

test('colours are for terminals, and take no columns', () => {
  expect(textOf(ILL)).not.toContain('\x1b');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
  expect(textOf(ILL, true).replaceAll(/\x1b\[\d+m/g, '')).toBe(textOf(ILL));
});

test('for programs: one object, each finding with its section', () => {
  const printed: string[] = [];
  const print = (line: string) => printed.push(line);
  expect([WELL, ILL].map((findings) => fill(new JsonReport(print), findings))).toEqual([false, true]);
  expect(printed.map((line) => JSON.parse(line))).toMatchObject([
    { ok: true, findings: [{ section: 'This machine', name: 'memory' }, { name: 'clock' }] },
    { ok: false, findings: [{ name: 'space' }, { name: 'database', status: 'fail', remedy: 'a backup' }] },
  ]);
});
