import { LOOK_ALIKES } from './look-alikes-table.ts';

/** Longest look that is stored: a handle has 30 characters, each of which looks like two at most. */
export const LOOK_LENGTH = 64;

const TABLE: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKES.flatMap(([looksLike, characters]) => [...characters].map((character) => [character, looksLike] as const)),
);
/** A name is not told from another by what stands around it: `owner` and `owner.` look the same in a sentence. */
const EDGES = /^[^\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+$/gu;

/**
 * What a handle looks like to a person: two handles with the same look may be taken for each other. The skeleton of
 * UTS #39 as far as it leads to characters of a handle, without case, without what stands at the edges, and with
 * separators in a row as one.
 */
export function lookOf(handle: string): string {
  return finished(mapped(handle.normalize('NFKC').toLowerCase()));
}

/** The looks of a name of any script. A capital I is read both as an i and as an l. */
export function looksOf(name: string): readonly string[] {
  const plain = name.normalize('NFKC');
  // Some capitals look like a letter that their small form does not: the table is asked before and after folding.
  const read = (text: string) => finished(mapped(mapped(text).toLowerCase()));
  return [...new Set([read(plain), read(plain.replaceAll('I', 'l'))])].filter((look) => look.length <= LOOK_LENGTH);
}

/** Whether two names are the same text but for case and width. */
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
