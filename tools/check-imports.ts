import { posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { IMPORT_RULES, type ImportRule } from './import-rules.ts';
import { isTestCode, readSourceFiles, type SourceFiles } from './source-files.ts';

type Imports = ReadonlyMap<string, readonly string[]>;

/** Wrong imports, one line each: violated `IMPORT_RULES`, and cycles. */
export function checkImports(files: SourceFiles): string[] {
  const imports: Imports = new Map([...files].map(([path, source]) => [path, importsOf(path, source)]));
  return [...brokenArrows(imports), ...cycles(imports)];
}

/** All imports of the file: `import`, `import type`, re-export, `import()` and `import('…').Type`. */
function importsOf(path: string, source: string): readonly string[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const found: string[] = [];
  const add = (node: { readonly source: { readonly type: string } | null }) => {
    if (node.source?.type === 'Literal') found.push(String((node.source as { value?: unknown }).value));
  };
  new Visitor({
    ImportDeclaration: add,
    ExportAllDeclaration: add,
    ExportNamedDeclaration: add,
    ImportExpression: add,
    TSImportType: add,
  }).visit(program);
  return found.map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
}

function brokenArrows(imports: Imports): string[] {
  return [...imports].flatMap(([path, names]) => {
    const rule = ruleOf(path);
    if (rule === undefined)
      return isTestCode(path) ? [] : [`${path}: no rule of tools/import-rules.ts is about this place`];
    if (isTestCode(path)) return [];
    return names.filter((name) => !mayImport(path, rule, name)).map((name) => `${path} must not import ${name}`);
  });
}

function ruleOf(path: string): ImportRule | undefined {
  return IMPORT_RULES.find(({ from }) => matches(from, path) !== null);
}

function mayImport(path: string, rule: ImportRule, name: string): boolean {
  if (!isOurs(name)) return packageAllowed(rule, name);
  if (isTestCode(name)) return false;
  const folder = matches(rule.from, path)?.[1] ?? '';
  return rule.to.some((place) => matches(place.replace('$1', folder), name) !== null);
}

/** Relative names have been resolved to paths from the root. */
function isOurs(name: string): boolean {
  return /^(src|client|bench|tools|tests)\//.test(name) || name === 'package.json';
}

function packageAllowed({ packages }: ImportRule, name: string): boolean {
  switch (packages) {
    case 'any':
      return true;
    case 'portable':
      return !/^(node:|bun:|bun$)/.test(name);
    case 'none':
      return false;
    default:
      return packages satisfies never;
  }
}

/** A place that ends with a slash includes everything below it; `*` is one name. */
function matches(place: string, path: string): RegExpExecArray | null {
  const pattern = place.replaceAll('.', '\\.').replaceAll('*', '([^/]+)');
  return new RegExp(`^${pattern}${place.endsWith('/') ? '' : '$'}`).exec(path);
}

/** Each cycle once, as its path. */
function cycles(imports: Imports): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.push(`import cycle: ${[...way.slice(start), path].join(' → ')}`);
    if (start >= 0 || done.has(path)) return;
    way.push(path);
    for (const name of imports.get(path) ?? []) if (imports.has(name)) visit(name);
    way.pop();
    done.add(path);
  };
  for (const path of imports.keys()) visit(path);
  return found;
}

if (import.meta.main) {
  const files = readSourceFiles();
  const problems = checkImports(files);
  for (const problem of problems) console.error(problem);
  console.log(`${files.size} files, ${problems.length} wrong imports`);
  process.exit(problems.length === 0 ? 0 : 1);
}
