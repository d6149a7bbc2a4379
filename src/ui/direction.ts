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

/** A technical text with its bidi characters written out, so that whoever looks for them sees them. */
export function writtenOut(text: string): string {
  return text.replace(ALL, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
