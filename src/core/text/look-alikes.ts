import { LOOK_ALIKES } from './look-alikes-table.ts';

/** Longest stored key: a handle has 30 characters, each of which expands to two at most. */
export const LOOK_LENGTH = 64;

const TABLE: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKES.flatMap(([looksLike, characters]) => [...characters].map((character) => [character, looksLike] as const)),
);
/** Surrounding characters do not distinguish names: `owner` and `owner.` look the same in a sentence. */
const EDGES = /^[^\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+$/gu;

/**
 * The look-alike key of a handle: two handles with the same key may be mistaken for each other. The skeleton of UTS #39
 * restricted to characters of a handle, without case, without surrounding characters, and with repeated separators as
 * one.
 */
export function lookOf(handle: string): string {
  return finished(mapped(handle.normalize('NFKC').toLowerCase()));
}

/** The look-alike keys of a name in any script. A capital I is read both as an i and as an l. */
export function looksOf(name: string): readonly string[] {
  const plain = name.normalize('NFKC');
  // Some capitals look like a letter that their lower case does not: the table is applied before and after folding.
  const read = (text: string) => finished(mapped(mapped(text).toLowerCase()));
  return [...new Set([read(plain), read(plain.replaceAll('I', 'l'))])].filter((look) => look.length <= LOOK_LENGTH);
}

/** Whether two names are equal except for case and width. */
export function isSameName(name: string, other: string): boolean {
  return folded(name) === folded(other);
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function mapped(text: string): string {
  return [...text].map((character) => TABLE.get(character) ?? character).join('');
}

function finished(text: string): string {
  return text.replace(EDGES, '').replace(/([._-])[._-]+/g, '$1');
}
