import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RULE = /^- \*\*([A-Z]{2})(\d+)\*\*/gm;
const CITED = /\b([A-Z]{2})(\d+)(?:(?: to |–)(?:\1)?(\d+))?\b/g;

/**
 * Problems of the rules of docs/spec.md, one line each: a duplicate number, and a rule that no test cites.
 *
 * @param spec the text of docs/spec.md
 * @param tests the texts of the tests; `AC1`, `AC1 to AC3` and `AC1–AC3` cite rules
 */
export function checkSpec(spec: string, tests: Iterable<string>): string[] {
  const rules = [...spec.matchAll(RULE)].map(([, section = '', number = '']) => `${section}${number}`);
  const twice = rules.filter((rule, index) => rules.indexOf(rule) < index);
  const cited = new Set([...tests].flatMap(citedIn));
  return [
    ...twice.map((rule) => `docs/spec.md has two rules ${rule}`),
    ...rules.filter((rule) => !cited.has(rule)).map((rule) => `no test cites the rule ${rule} of docs/spec.md`),
  ];
}

function citedIn(text: string): string[] {
  return [...text.matchAll(CITED)].flatMap(([, section = '', first = '', last]) => {
    const count = Number(last ?? first) - Number(first) + 1;
    return Array.from({ length: Math.max(count, 1) }, (_, index) => `${section}${Number(first) + index}`);
  });
}

/** Tests, and the modules of tests/ with titles for several. */
function testTexts(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.test\.tsx?$/.test(path) || (folder === 'tests' && path.endsWith('.ts')))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8'));
}

if (import.meta.main) {
  const tests = ['src', 'client', 'bench', 'tools', 'tests'].flatMap(testTexts);
  const problems = checkSpec(readFileSync(join(ROOT, 'docs/spec.md'), 'utf8'), tests);
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
