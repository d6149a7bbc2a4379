import { oddJson, randomBytes, strangeText, strangeValue, word } from '../../fuzz/garble.ts';
import type { Random } from '../../simulation/random.ts';

/** A value to publish. `text`: for protocols whose events carry text. */
export type Value =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** JSON that readers or frame encoders may mishandle. All of them are tried in every run. */
export const STUMBLING_BLOCKS: readonly string[] = [
  // The placeholders Socket.IO and we use for bytes: the first one once locked clients out permanently.
  ...['{"a":{"$binary":"AA=="},"b":{"_placeholder":true,"num":5}}', '{"_placeholder":true,"num":0}'],
  ...[
    '{"a":{"$binary":"AA=="},"b":{"_placeholder":true,"num":0}}',
    '{"\\u005fplaceholder":true,"x":{"$binary":"AA=="}}',
  ],
  ...[
    '{"$binary":"AA=="}',
    '{"$binary":"not base64!"}',
    '{"$binary":""}',
    '[{"$binary":"AAEC"},"$binary"]',
    '{"$binary":5}',
  ],
  `[${Array.from({ length: 12 }, (_, n) => `{"$binary":"${btoa(String(n))}"}`).join()}]`,
  `${'{"a":'.repeat(150)}{"$binary":"AA=="}${'}'.repeat(150)}`,
  // Numbers: IEEE 754 cannot represent these.
  ...['9007199254740993', '-9007199254740993', '1e400', '-1e400', '1e-400', '1.10', '0.1e1', '-0', '-0.0', '1E+2'],
  ...['123456789012345678901234567890', '1'.repeat(99), '1'.repeat(101), `[${'7'.repeat(400)}]`, '[1.0,1,1e0]'],
  // Names.
  ...['{"__proto__":{"admin":true}}', '{"__proto__":null}', '{"constructor":{"prototype":1}}', '{"toJSON":1,"then":2}'],
  ...[
    '{"":1}',
    '{"":{"":[""]}}',
    '{"a":1,"a":2}',
    '{"2":1,"1":2,"b":3,"a":4}',
    '{"length":-1}',
    '{"a.b":1,"a":{"b":2}}',
  ],
  // Texts.
  ...[
    '"\u2028\u2029"',
    '"\\u2028"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '{"\\udfff":"😀"}',
    '"\u0085\ufeff"',
  ],
  ...[
    '""',
    '"5"',
    '"null"',
    '"{\\"a\\":1}"',
    '"\\"quoted\\""',
    '"hello"',
    '" "',
    '"\\n\\r"',
    '"data: x\\n\\nevent: y"',
    '"42[1]"',
  ],
  // Line breaks in various places, and depth.
  ...['{\n"a"\r\n:\r1\n}', ' [ 1 , 2 ] ', '\t"x"\t', 'null', 'true', 'false', '0', '[]', '{}', '[[],[[]],{}]'],
  ...[`${'['.repeat(200)}${']'.repeat(200)}`, `${'{"a":'.repeat(199)}[]${'}'.repeat(199)}`],
];

/** Longer ones do not fit into a frame. */
const LONGEST = 20_000;

/** A random value. Some are nested deeper than allowed. */
export function anyValue(random: Random): Value {
  const kind = random.between(0, 9);
  if (kind === 0) return { kind: 'bytes', bytes: anyBytes(random) };
  if (kind <= 2) return { kind: 'text', text: random.chance(0.5) ? strangeText(random) : anyJson(random) };
  return { kind: 'json', text: anyJson(random) };
}

function anyJson(random: Random): string {
  const odd = oddJson(random, strangeValue(random));
  const text = odd.length > LONGEST ? '0' : odd;
  if (random.chance(0.8)) return text;
  const block = random.pick(STUMBLING_BLOCKS);
  return random.pick([
    `{"a":${text},"b":${block}}`,
    `[${block},${text}]`,
    `{"${word(random)}":{"$binary":"AA=="},"x":${block}}`,
  ]);
}

function anyBytes(random: Random): Uint8Array {
  const encoder = new TextEncoder();
  if (random.chance(0.3)) return encoder.encode(random.pick(STUMBLING_BLOCKS));
  if (random.chance(0.2)) return Uint8Array.of(0xef, 0xbb, 0xbf, ...encoder.encode('{}'));
  return randomBytes(random, 40);
}

/** The nesting depth of a JSON text. */
export function depthOf(json: string): number {
  let [depth, most] = [0, 0];
  for (const [sign] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (sign === '[' || sign === '{') depth += 1;
    if (sign === ']' || sign === '}') depth -= 1;
    most = Math.max(most, depth);
  }
  return most;
}

/** Undefined for invalid JSON. */
export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

const WRAPPER = /^\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}$/;

/** The bytes a JSON text stands for as a whole; undefined for any other text. */
export function wrappedIn(json: string): Uint8Array | undefined {
  const base64 = WRAPPER.exec(json)?.[1];
  const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  return bytes !== undefined && bytes.toString('base64') === base64 ? new Uint8Array(bytes) : undefined;
}

/** Whether two values are equal to a program. `substitutes`: bytes may stand for their JSON wrapper. */
export function isSame(given: unknown, expected: unknown, substitutes = false): boolean {
  if (substitutes && isBytes(given)) return Buffer.from(given as Uint8Array).toString('base64') === base64Of(expected);
  if (typeof given !== 'object' || given === null) return Object.is(given, expected);
  if (typeof expected !== 'object' || expected === null || Array.isArray(given) !== Array.isArray(expected))
    return false;
  const [names, wanted] = [Object.keys(given), Object.keys(expected)];
  if (names.length !== wanted.length) return false;
  return wanted.every(
    (name) => Object.hasOwn(given, name) && isSame(own(given, name), own(expected, name), substitutes),
  );
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

function base64Of(value: unknown): unknown {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 1
    ? own(value, '$binary')
    : undefined;
}

function own(value: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
