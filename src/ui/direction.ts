/**
 * Explicit bidi formatting: embeddings, overrides and isolates (Unicode Standard Annex #9 section 2). With them
 * `abc\u202egpj.exe` looks like a picture's name.
 */
const FORMATTING = /[\u202a-\u202e\u2066-\u2069]/g;
/** And the marks, which are invisible too and move punctuation and numbers around. */
const ALL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A person's text in a safe form: nothing in it reorders what follows. Text of right-to-left scripts needs none of the
 * removed characters, as its elements have `dir="auto"`; the marks typed on keyboards of such scripts are kept.
 */
export function withoutTurning(text: string): string {
  return text.replace(FORMATTING, '');
}

/** The same for a name, a title or a file's name, which is one line within our own text. */
export function plainName(name: string): string {
  return name.replace(ALL, '');
}

/** Invisible characters: control characters, line separators, and ignorable ones, including bidi. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;
/** Those of them that valid JSON may contain: emoji are joined by them, and scripts shape their letters. */
const JOINING = /\u200c|\u200d|\ufe0e|\ufe0f/;

/** A technical name with every invisible character escaped, so that a reader can see it. */
export function writtenOut(name: string): string {
  return name.replace(UNSEEN, escaped);
}

/** The same for JSON on separate lines: still the same JSON, with its emoji. */
export function writtenOutJson(json: string): string {
  return json.replace(UNSEEN, (character) =>
    character === '\n' || JOINING.test(character) ? character : escaped(character),
  );
}

/** As JSON escapes it. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
