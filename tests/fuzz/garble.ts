import type { Random } from '../simulation/random.ts';

/** Raw JSON text: a number that JavaScript cannot represent, or a name that `JSON.stringify` cannot write. */
class Literal {
  constructor(readonly text: string) {}
}

const NUMBERS = [
  ...['0', '-0', '-1', '1', '2', '0.5', '1e0', '1E+2', '2147483648', '4294967296', '-2147483649', '9007199254740991'],
  ...['9007199254740992', '-9007199254740993', '18446744073709551616', '1e308', '1e400', '-1e400', '5e-324', '1e-400'],
  ...['123456789012345678901234567890', '3.141592653589793238462643383279'],
] as const;
const TEXTS = [
  ...[
    '',
    ' ',
    '\0',
    '\n',
    '\r\n',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\udfff',
    '\udc00\ud800',
    '👨‍👩‍👧‍👦',
    'ı',
    'ß',
    '\u202e',
    '"',
    '\\',
    "'",
  ],
  ...['__proto__', 'constructor', 'toString', 'null', 'true', 'undefined', 'NaN', '../../etc/passwd', '%00', '%'],
  ...[
    "'; DROP TABLE accounts_users; --",
    '" OR 1=1 --',
    '%_%',
    '{{7*7}}',
    '<script>',
    'a'.repeat(255),
    'é'.repeat(300),
  ],
] as const;
const NAMES = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toJSON', 'then', 'length', '', 'id', 'data'];
/** Tokens that a reader of JSON lines reacts to. */
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    '\\u',
    '\\ud83d',
    '\n',
    '\r',
    '\t',
    '\0',
    ' ',
    '\ufeff',
    '\ud800',
    '\udc00',
  ],
  ...['null', 'true', '-', '+', '.', 'e9', '0', '{}', '[]', '""', '"id":1', '"__proto__":{"id":9}', '/*', '//', '\x7f'],
] as const;
const DEEP = [10, 100, 1_000, 10_000, 30_000];

/** A few letters and digits, valid in most text fields. */
export function word(random: Random, longest = 20): string {
  return Array.from({ length: random.between(2, longest) }, () => random.between(10, 35).toString(36)).join('');
}

/** A text that a field may not expect. */
export function strangeText(random: Random): string {
  if (random.chance(0.02)) return 'x'.repeat(random.pick([1_000, 8_001, 20_000]));
  return random.chance(0.8) ? random.pick(TEXTS) : word(random) + random.pick(TEXTS) + word(random);
}

/** Any JSON value, in the form `oddJson` writes; `depth` bounds the nesting. */
export function strangeValue(random: Random, depth = 3): unknown {
  const kind = random.between(0, depth > 0 ? 9 : 6);
  if (kind <= 2) return strangeText(random);
  if (kind <= 4) return new Literal(random.pick(NUMBERS));
  if (kind === 5) return random.chance(0.5);
  if (kind === 6) return null;
  if (kind === 7) return Array.from({ length: random.between(0, 4) }, () => strangeValue(random, depth - 1));
  if (kind === 8 && random.chance(0.03)) return nested(random);
  return strangeObject(random, depth);
}

function strangeObject(random: Random, depth: number): Map<string, unknown> {
  const names = Array.from({ length: random.between(0, 4) }, () =>
    random.chance(0.6) ? random.pick(NAMES) : random.chance(0.5) ? word(random) : strangeText(random),
  );
  return new Map(names.map((name) => [name, strangeValue(random, depth - 1)]));
}

/** Deep enough to overflow the stack of a recursive reader. */
function nested(random: Random): Literal {
  const depth = random.pick(DEEP);
  return random.chance(0.5)
    ? new Literal('['.repeat(depth) + ']'.repeat(depth))
    : new Literal(`${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`);
}

/**
 * Writes the value as unusual but valid JSON: spaces, escapes in names, duplicate members. Accepts the output of
 * `JSON.parse` and `strangeValue`; a `Map` is an object.
 */
export function oddJson(random: Random, value: unknown): string {
  // Decided once per value: deciding per gap would take most of the time.
  const space = random.chance(0.2) ? () => (random.chance(0.25) ? random.pick([' ', '\t', '\r', '  ']) : '') : () => '';
  if (value instanceof Literal) return space() + value.text + space();
  if (Array.isArray(value)) return `[${value.map((each) => oddJson(random, each)).join()}]${space()}`;
  if (typeof value === 'object' && value !== null) {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return `${space()}{${members(random, entries)
      .map(([name, each]) => `${space()}${oddText(random, name)}${space()}:${oddJson(random, each)}`)
      .join()}}`;
  }
  return typeof value === 'string' ? oddText(random, value) : (JSON.stringify(value) ?? 'null');
}

/** Sometimes a member appears twice, first with another value: the last one counts. */
function members(random: Random, entries: readonly [string, unknown][]): readonly [string, unknown][] {
  const [first] = entries;
  if (first === undefined || !random.chance(0.05)) return entries;
  return [[random.pick(entries)[0], strangeValue(random, 1)], ...entries];
}

function oddText(random: Random, text: string): string {
  if (!random.chance(0.05)) return JSON.stringify(text);
  const escaped = [...Array(text.length).keys()].map((at) =>
    random.chance(0.3)
      ? `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
      : JSON.stringify(text[at]).slice(1, -1),
  );
  return `"${escaped.join('')}"`;
}

/** The text with one to four random changes. */
export function garble(random: Random, text: string): string {
  let garbled = text;
  for (let left = random.between(1, 4); left > 0; left -= 1) garbled = mutate(random, garbled);
  return garbled;
}

function mutate(random: Random, text: string): string {
  const [from, to] = [random.between(0, text.length), random.between(0, text.length)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const short = Math.min(to, from + random.between(1, 12));
  switch (random.between(0, 7)) {
    case 0:
      return flipBit(random, text, from);
    case 1:
      return text.slice(0, from);
    case 2:
      return text.slice(0, from) + text.slice(short);
    case 3:
      return text.slice(0, short) + text.slice(from);
    case 4:
      return text.slice(0, from) + random.pick(PIECES) + text.slice(from);
    case 5:
      return text.slice(0, from) + random.pick(PIECES) + text.slice(short);
    case 6:
      return text.replace(/-?\d+/, () => random.pick(NUMBERS));
    default:
      return text.slice(0, from) + oddJson(random, strangeValue(random, 2)) + text.slice(from);
  }
}

function flipBit(random: Random, text: string, at: number): string {
  if (at >= text.length) return text;
  const bit = 1 << random.between(0, random.chance(0.9) ? 6 : 15);
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bit) + text.slice(at + 1);
}

/** Random bytes. */
export function randomBytes(random: Random, longest: number): Uint8Array {
  return Uint8Array.from({ length: random.between(0, longest) }, () => random.between(0, 255));
}

/** The bytes with one to four random changes. */
export function garbleBytes(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let garbled = new Uint8Array(bytes);
  for (let left = random.between(1, 4); left > 0; left -= 1) {
    const at = random.between(0, garbled.length);
    const kind = random.between(0, 9);
    if (kind === 0) garbled = garbled.slice(0, at);
    else if (kind === 1)
      garbled = new Uint8Array([...garbled.slice(0, at), ...randomBytes(random, 20), ...garbled.slice(at)]);
    else if (at < garbled.length) garbled[at] = kind < 6 ? random.between(0, 255) : random.pick([0, 0x7f, 0x80, 0xff]);
  }
  return garbled;
}
