/**
 * Finds values in JSON as written. Parsing and serializing JSON changes it: digits of large numbers are lost, repeated
 * members disappear, and members with numeric names move to the front. So what is passed on is cut out of the received
 * text.
 */

/** JSON that is passed on as written, in place of the value it stands for. */
export class JsonText {
  constructor(readonly text: string) {}

  /** For `JSON.stringify`: the nearest JavaScript value. `writeJson` keeps the text. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * The text of a value below the root object, found by the names that lead to it (`publish`, `data`), as written but on
 * one line. `text` must be valid JSON. Undefined if it is missing, or if the root or a value on the way is not an
 * object; of repeated names the last counts, as in `JSON.parse`.
 */
export function rawMember(text: string, ...path: readonly string[]): string | undefined {
  const start = skipSpace(text, 0);
  if (text.charCodeAt(start) !== BRACE) return undefined;
  const found: Found = { start: -1, end: -1 };
  scanObject(text, start, { path, level: 0, found });
  return found.start < 0 ? undefined : cut(text, found.start, found.end);
}

/** The texts of a list's entries, like `rawMember`. `text` must be valid JSON whose root is a list. */
export function rawItems(text: string): readonly string[] {
  const items: string[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (at < text.length && text.charCodeAt(at) !== BRACKET_END) {
    const end = endOfValue(text, at);
    items.push(cut(text, at, end));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return items;
}

/** The texts of consecutive values, as far as they are valid; invalid text is returned as it is. */
export function valuesIn(text: string): readonly string[] {
  const values: string[] = [];
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const end = Math.max(endOfValue(text, at), at + 1);
    values.push(cut(text, at, end));
    at = skipSpace(text, end);
  }
  return values;
}

/** The texts of an object's members, like `rawMember`, by name. `text`: as there. */
export function rawMembers(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const start = skipSpace(text, skipTo(text, nameEnd, COLON) + 1);
    const end = endOfValue(text, start);
    members.set(JSON.parse(text.slice(at, nameEnd)) as string, cut(text, start, end));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return members;
}

/**
 * The object with the named members, if present, as `JsonText`. `value` is the result of `JSON.parse` on `text`, or on
 * the part of it that `path` leads to.
 */
export function withRaw(value: unknown, text: string, names: readonly string[], path: readonly string[] = []): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const name of names) {
    if (!Object.hasOwn(value, name)) continue;
    copy ??= { ...value };
    copy[name] = new JsonText(rawMember(text, ...path, name) ?? 'null');
  }
  return copy ?? value;
}

/** Like `JSON.stringify`, with every `JsonText` as written. For our own replies, which are not deep. */
export function writeJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof JsonText) return jsonOf(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join()}]`;
  const members: string[] = [];
  for (const [name, each] of Object.entries(value)) {
    if (each !== undefined) members.push(`${JSON.stringify(name)}:${writeJson(each)}`);
  }
  return `{${members.join()}}`;
}

/** The JSON text of any value; 'null' if it has none. */
export function jsonOf(value: unknown): string {
  return value instanceof JsonText ? value.text : (JSON.stringify(value) ?? 'null');
}

/** JSON text on one line: in valid JSON a line break only occurs between tokens. */
export function onOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replaceAll(LINE_BREAKS, ' ') : json;
}

/** JSON text with lone surrogates escaped: they occur only in strings, and UTF-8 cannot encode them. */
export function wellFormed(json: string): string {
  if (!HALF.test(json)) return json;
  return json.replaceAll(HALVES, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

const LINE_BREAKS = /[\r\n]+/g;
const HALF = /\p{Surrogate}/u;
const HALVES = /\p{Surrogate}/gu;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Below 0: not found. */
type Found = { start: number; end: number };
type Search = { readonly path: readonly string[]; readonly level: number; readonly found: Found };

/** Scans the object that begins at `start`; returns the index after it. */
function scanObject(text: string, start: number, search: Search): number {
  let at = skipSpace(text, start + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const value = skipSpace(text, skipTo(text, nameEnd, COLON) + 1);
    const isWanted = isName(text, at, nameEnd, search.path[search.level] ?? '');
    const end = isWanted ? scanWanted(text, value, search) : endOfValue(text, value);
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return at + 1;
}

function scanWanted(text: string, start: number, { path, level, found }: Search): number {
  const isLast = level === path.length - 1;
  // An earlier member of the same name does not count any more.
  found.start = isLast ? start : -1;
  if (!isLast && text.charCodeAt(start) === BRACE) return scanObject(text, start, { path, level: level + 1, found });
  const end = endOfValue(text, start);
  found.end = end;
  return end;
}

function isName(text: string, start: number, end: number, name: string): boolean {
  if (end - start - 2 === name.length && text.startsWith(name, start + 1)) return true;
  // A name may contain escapes.
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

/** The index after the closing quote. */
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

/**
 * The factor up to which a part may keep a larger text in memory: the engine keeps the whole text for as long as a part
 * of it.
 */
const SLACK = 1_024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function cut(text: string, start: number, end: number): string {
  const part = onOneLine(text.slice(start, end));
  const rest = text.length - part.length;
  // A small publication in a large request must not keep the whole request in history.
  return rest > SLACK && rest > part.length ? decoder.decode(encoder.encode(wellFormed(part))) : part;
}
