import { parseSync, Visitor } from 'oxc-parser';
import { isTestCode, readSourceFiles, type SourceFiles } from './source-files.ts';

/** The limits. The goal is a quarter of them: 150 lines per file, 15 per function. */
const MAX_FILE_LINES = 600;
const MAX_FUNCTION_LINES = 80;

/** Files that may be longer, each with the reason. */
const EXEMPT: Readonly<Record<string, string>> = {
  'src/features/accounts/common-passwords.ts': 'a table of words',
};

type Span = { readonly start: number; readonly end: number };

/** What is too long in the files, one line each. */
export function checkSizes(files: SourceFiles, exempt: Readonly<Record<string, string>> = EXEMPT): string[] {
  return [...files].flatMap(([path, source]) => {
    if (path in exempt) return [];
    const lines = source.split('\n').length - 1;
    const tooLong = lines > MAX_FILE_LINES ? [`${path} has ${lines} lines, more than ${MAX_FILE_LINES}`] : [];
    return [...tooLong, ...longFunctions(path, source)];
  });
}

function longFunctions(path: string, source: string): string[] {
  const lineOf = lineCounter(source);
  return functionsIn(path, source).flatMap(({ own, inner }) => {
    const length = (span: Span) => lineOf(span.end) - lineOf(span.start) + 1;
    // A test's `describe` is a list of functions: it counts without them.
    const lines = isTestCode(path) ? length(own) - inner.reduce((sum, each) => sum + length(each), 0) : length(own);
    if (lines <= MAX_FUNCTION_LINES) return [];
    return [`${path}:${lineOf(own.start)} has a function of ${lines} lines, more than ${MAX_FUNCTION_LINES}`];
  });
}

/** Every function with its directly nested functions. */
function functionsIn(path: string, source: string): { own: Span; inner: Span[] }[] {
  const all: { own: Span; inner: Span[] }[] = [];
  const open: { own: Span; inner: Span[] }[] = [];
  const enter = (own: Span) => {
    const entry = { own, inner: [] };
    open.at(-1)?.inner.push(own);
    open.push(entry);
    all.push(entry);
  };
  const leave = () => void open.pop();
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
  }).visit(parseSync(path, source).program);
  return all;
}

/** Gives the line, from 1, that a position in the text is on. */
function lineCounter(source: string): (position: number) => number {
  const ends = [...source.matchAll(/\n/g)].map(({ index }) => index);
  return (position) => {
    const line = ends.findIndex((end) => end >= position);
    return (line < 0 ? ends.length : line) + 1;
  };
}

if (import.meta.main) {
  const files = readSourceFiles();
  const problems = checkSizes(files);
  for (const problem of problems) console.error(problem);
  console.log(`${files.size} files, ${problems.length} too long`);
  process.exit(problems.length === 0 ? 0 : 1);
}
