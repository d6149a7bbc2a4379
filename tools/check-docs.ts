import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const INDEX = 'docs/README.md';
const LINK = /\]\(([^)\s]+)\)/g;
/** Code may contain what looks like a link. */
const CODE = /```[\s\S]*?```|`[^`\n]*`/g;

/** Documents by their path from the root. */
export type Documents = ReadonlyMap<string, string>;

/**
 * Problems of the documents, one line each: a link to a file or heading that does not exist, and a document in docs/
 * that docs/README.md does not list.
 *
 * @param exists whether there is a file or folder of this path from the root
 */
export function checkDocs(documents: Documents, exists: (path: string) => boolean): string[] {
  const links = [...documents].flatMap(([path, text]) =>
    linksOf(text).map((link) => ({ path, ...target(path, link) })),
  );
  const broken = links.flatMap(({ path, file, heading }) => {
    if (!exists(file)) return [`${path}: ${file} does not exist`];
    const text = documents.get(file);
    if (heading === '' || text === undefined || anchorsOf(text).has(heading)) return [];
    return [`${path}: ${file} has no heading #${heading}`];
  });
  const listed = new Set(links.filter(({ path }) => path === INDEX).map(({ file }) => file));
  const missing = [...documents.keys()].filter(
    (path) => path.startsWith('docs/') && path !== INDEX && !listed.has(path),
  );
  return [...broken, ...missing.map((path) => `${INDEX} does not list ${path}`)];
}

/** Links to our own files and headings. */
function linksOf(text: string): string[] {
  const links = [...text.replaceAll(CODE, '').matchAll(LINK)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

function target(from: string, link: string): { readonly file: string; readonly heading: string } {
  const [path = '', heading = ''] = link.split('#');
  return { file: path === '' ? from : normalize(join(dirname(from), path)).replace(/\/$/, ''), heading };
}

/** The anchors that GitHub gives headings: lower case, punctuation left out, spaces as hyphens. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#{1,6} +(.+)$/gm)];
  return new Set(
    headings.map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function readDocuments(): Documents {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
  const top = readdirSync(ROOT);
  const paths = [...top, ...inDocs, 'bench/README.md'].filter((path) => path.endsWith('.md'));
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

if (import.meta.main) {
  const problems = checkDocs(readDocuments(), (path) => existsSync(join(ROOT, path)));
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
