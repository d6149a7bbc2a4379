/**
 * Writes src/core/text/look-alikes-table.ts from Unicode's confusables.txt (https://www.unicode.org/Public/security/):
 *
 *     node tools/look-alikes.mjs PATH_TO_CONFUSABLES_TXT
 *
 * Handles are ASCII, so only the characters that look like letters, digits and separators of a handle are kept.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const OUTPUT = 'src/core/text/look-alikes-table.ts';
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: node tools/look-alikes.mjs PATH_TO_CONFUSABLES_TXT');
const source = readFileSync(path, 'utf8');
const version = /^# Version: (\S+)/m.exec(source)?.[1] ?? 'unknown';

const byTarget = new Map();
for (const [, from, to] of source.matchAll(/^([0-9A-F]+) ;\t([0-9A-F ]+) ;/gm)) {
  const target = textOf(to).toLowerCase();
  const character = textOf(from);
  if (!/^[a-z0-9._-]+$/.test(target)) continue;
  // What compatibility normalisation and lower case do already needs no row.
  if (character.normalize('NFKC').toLowerCase() === target) continue;
  // Capital I is a small i first; who compares a name asks for both readings (`looksOf`).
  if (character === 'I') continue;
  byTarget.set(target, [...(byTarget.get(target) ?? []), character]);
}

const rows = [...byTarget]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([target, characters]) => `  [${JSON.stringify(target)}, ${escaped(characters.sort().join(''))}],`);
writeFileSync(
  OUTPUT,
  `/**
 * Characters that look like those of a handle, by what they look like; made by tools/look-alikes.mjs from
 * confusables.txt ${version} of Unicode Technical Standard #39 (https://www.unicode.org/reports/tr39/).
 *
 * © Unicode, Inc. Unicode License V3 (https://www.unicode.org/license.txt): data files may be used, modified and
 * distributed without fee as long as this notice stays with them.
 */
export const LOOK_ALIKES: readonly (readonly [looksLike: string, characters: string])[] = [
${rows.join('\n')}
];
`,
);
execFileSync('npx', ['biome', 'check', '--write', OUTPUT], { stdio: 'inherit' });

function textOf(codes) {
  return String.fromCodePoint(
    ...codes
      .trim()
      .split(' ')
      .map((code) => Number.parseInt(code, 16)),
  );
}

/** Escapes keep characters that turn or join text out of the source. */
function escaped(text) {
  return `'${[...text].map((each) => (/[a-z0-9|]/i.test(each) ? each : `\\u{${each.codePointAt(0).toString(16)}}`)).join('')}'`;
}
