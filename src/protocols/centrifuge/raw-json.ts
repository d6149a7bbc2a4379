/**
 * The text of a member of a member of a JSON object (`publish.data`), exactly as the sender wrote it: parsing and
 * writing it again would lose digits of large numbers. `text` must be valid JSON whose root is an object.
 * Undefined when it is not there; of repeated names the last counts, as with `JSON.parse`.
 */
export function rawMember(text: string, outer: string, inner: string): string | undefined {
  const object = findMember(text, 0, outer);
  if (object === undefined || text.charCodeAt(object.start) !== BRACE) return undefined;
  const member = findMember(text, object.start, inner);
  return member === undefined ? undefined : text.slice(member.start, member.end);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

type Span = { readonly start: number; readonly end: number };

/** Where the value of `name` stands in the object that begins at or after `from`. */
function findMember(text: string, from: number, name: string): Span | undefined {
  let found: Span | undefined;
  let at = skipSpace(text, skipSpace(text, from) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const start = skipSpace(text, skipTo(text, nameEnd, COLON) + 1);
    const end = endOfValue(text, start);
    if (isName(text, at, nameEnd, name)) found = { start, end };
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return found;
}

function isName(text: string, start: number, end: number, name: string): boolean {
  if (end - start - 2 === name.length && text.startsWith(name, start + 1)) return true;
  // A name may be written with escapes.
  return text.slice(start, end).includes('\\') && JSON.parse(text.slice(start, end)) === name;
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start);
  if (first === BRACE || first === BRACKET) return endOfNested(text, start);
  let at = start;
  while (!isEndOfScalar(text.charCodeAt(at))) at += 1;
  return at;
}

function isEndOfScalar(code: number): boolean {
  return code === COMMA || code === BRACE_END || code === BRACKET_END || code <= 0x20 || Number.isNaN(code);
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === BRACE || code === BRACKET) depth += 1;
    else if (code === BRACE_END || code === BRACKET_END) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** The index behind the closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
  return slashes % 2 === 1;
}

function skipTo(text: string, from: number, code: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== code) at += 1;
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}
