/**
 * Explicit bidi formatting: embeddings, overrides and isolates (Unicode Standard Annex #9 section 2). With them
 * `abc\u202egpj.exe` reads as a picture's name.
 */
const FORMATTING = /[\u202a-\u202e\u2066-\u2069]/g;
/** With the marks, which show nothing either and move punctuation and numbers around. */
const ALL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text of somebody's, as it may be shown: nothing in it turns what follows. Text of right-to-left scripts needs none
 * of what is taken away, for it stands in elements with `dir="auto"`; the marks that keyboards of such scripts type stay.
 */
export function withoutTurning(text: string): string {
  return text.replace(FORMATTING, '');
}

/** The same of a name, a title or a file's name, which is one line in the midst of our own words. */
export function plainName(name: string): string {
  return name.replace(ALL, '');
}

/** What shows nothing, or not itself: control characters, separators of lines, and ignorable ones, bidi among them. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;
/** Of these, what JSON may be full of in good order: emoji are joined by them, and scripts shape their letters. */
const JOINING = /\u200c|\u200d|\ufe0e|\ufe0f/;

/** A technical name with every character that nobody sees written out, so that whoever looks for it sees it. */
export function writtenOut(name: string): string {
  return name.replace(UNSEEN, escaped);
}

/** The same of JSON on lines of its own: still the same JSON, with its emoji. */
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
