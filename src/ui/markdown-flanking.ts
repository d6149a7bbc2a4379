export type Mark = '*' | '_' | '~';

/** A run of one mark, and what it may do where it stands. */
export type Run = {
  readonly mark: Mark;
  readonly length: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
};

type Sides = { readonly before: string; readonly after: string };

const SPACE = /^[\s\p{Z}]?$/u;
const PUNCTUATION = /^[\p{P}\p{S}]$/u;
/** Scripts without spaces between words, with their punctuation and full-width forms. */
const CJK =
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\u3000-\u303f\ufe30-\ufe4f\uff00-\uffef]$/u;
const ASCII_WORD = /^[A-Za-z0-9]$/;
/** What may precede an opening mark within punctuation, and surround a closing one. */
const OPENING = /^[\p{Ps}\p{Pi}\p{Pd}"'*_~\u3000-\u303f\uff00-\uffef]$/u;
const CLOSING = /^[\p{Pe}\p{Pf}.,;:!?…%"'`*_~\u3000-\u303f\uff00-\uffef]$/u;

/**
 * Which marks open and close: CommonMark 0.31 section 6.2, and where that fails people,
 * - beside CJK text, punctuation does not keep a mark from opening or closing
 *   (https://github.com/tats-u/markdown-cjk-friendly): `**注意：**今天`;
 * - between two ASCII letters or digits no mark means anything: `2*3*4`;
 * - `__` beside an ASCII letter or digit neither: `__init__`;
 * - between two punctuation marks only where these open or close something themselves: `src/*.ts and lib/*.js`;
 * - only two tildes strike out: `14:00~15:00`.
 */
export function runOf(mark: Mark, length: number, sides: Sides): Run {
  const none = { mark, length, canOpen: false, canClose: false };
  if (isLiteral(mark, length, sides)) return none;
  const left = flanks(sides.after, sides.before);
  const right = flanks(sides.before, sides.after);
  const between = isPlainPunctuation(sides.before) && isPlainPunctuation(sides.after);
  const opens = left && (!between || OPENING.test(sides.before));
  const closes = right && (!between || (CLOSING.test(sides.before) && CLOSING.test(sides.after)));
  if (mark !== '_') return { ...none, canOpen: opens, canClose: closes };
  return {
    ...none,
    canOpen: opens && (!right || PUNCTUATION.test(sides.before)) && !isBesideWord(length, sides.after),
    canClose: closes && (!left || PUNCTUATION.test(sides.after)) && !isBesideWord(length, sides.before),
  };
}

function isLiteral(mark: Mark, length: number, { before, after }: Sides): boolean {
  return (mark === '~' && length !== 2) || (ASCII_WORD.test(before) && ASCII_WORD.test(after));
}

function isBesideWord(length: number, side: string): boolean {
  return length > 1 && ASCII_WORD.test(side);
}

/** Whether a run belongs to what stands on its side `inner`, with `outer` on the other. */
function flanks(inner: string, outer: string): boolean {
  if (SPACE.test(inner)) return false;
  return !isPlainPunctuation(inner) || SPACE.test(outer) || PUNCTUATION.test(outer) || CJK.test(outer);
}

function isPlainPunctuation(character: string): boolean {
  return PUNCTUATION.test(character) && !CJK.test(character);
}
