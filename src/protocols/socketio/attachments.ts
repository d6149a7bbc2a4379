import { ClientError } from '../../core/errors.ts';
import { fromBase64, toBase64 } from '../../core/text/base64.ts';
import { isDeeper } from '../../core/text/json-depth.ts';

/** Attachments per packet; stock clients refuse more (`maxAttachments` of socket.io-parser). */
export const ATTACHMENT_LIMIT = 10;

/**
 * The nesting limit of a packet with attachments, in both directions: the server and clients insert them recursively.
 */
const DEPTH_LIMIT = 100;

const MARK = '{"$binary":"';
const WRAPPED = /\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}/g;
const PLACEHOLDER = '_placeholder';
/** `"_placeholder":` in any spelling: each character of a name may be escaped. */
const PLACEHOLDER_NAME = new RegExp(`"${[...PLACEHOLDER].map(anySpelling).join('')}"\\s*:`);

/** JSON with placeholders, and the bytes for them, in order. */
export type Attached = { readonly json: string; readonly attachments: readonly Uint8Array[] };

/** Replaces every placeholder with wrapped bytes. Throws `ClientError('badRequest')`. */
export function attach(args: readonly unknown[], attachments: readonly Uint8Array[]): readonly unknown[] {
  return args.map((arg) => fill(arg, attachments, 0));
}

function fill(value: unknown, attachments: readonly Uint8Array[], depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_LIMIT) throw wrong(`must not be nested deeper than ${DEPTH_LIMIT} levels beside bytes`);
  if (Array.isArray(value)) return value.map((each) => fill(each, attachments, depth + 1));
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields[PLACEHOLDER] === true) return { $binary: toBase64(attachmentOf(fields.num, attachments)) };
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, fill(each, attachments, depth + 1)]));
}

function attachmentOf(number: unknown, attachments: readonly Uint8Array[]): Uint8Array {
  const found = typeof number === 'number' ? attachments[number] : undefined;
  if (found === undefined) throw wrong('hold a placeholder for bytes that were not sent');
  return found;
}

/** The error for more attachments than a packet may have. */
export function tooManyAttachments(): ClientError {
  return wrong(`hold more than ${ATTACHMENT_LIMIT} byte values`);
}

function wrong(message: string): ClientError {
  return new ClientError('badRequest', { field: 'arguments', message });
}

/**
 * Extracts the wrapped bytes of a JSON text; undefined if none are extracted, so that the text is sent unchanged. A
 * wrapper inside a string has escaped quotes, so it is not mistaken for one.
 *
 * Clients treat every object with `_placeholder` in a packet with attachments as a placeholder, and disconnect if it is
 * invalid; they also insert attachments recursively. So nothing is extracted from a text that contains such a name
 * itself, or is nested deeper than `DEPTH_LIMIT`: its bytes stay wrapped, as clients of other JSON protocols get them.
 */
export function detach(json: string): Attached | undefined {
  if (!json.includes(MARK) || PLACEHOLDER_NAME.test(json) || isDeeper(json, DEPTH_LIMIT)) return undefined;
  const attachments: Uint8Array[] = [];
  const replaced = json.replace(WRAPPED, (whole, base64: string) => {
    const bytes = attachments.length < ATTACHMENT_LIMIT ? fromBase64(base64) : undefined;
    if (bytes === undefined) return whole;
    attachments.push(bytes);
    return `{"${PLACEHOLDER}":true,"num":${attachments.length - 1}}`;
  });
  return attachments.length === 0 ? undefined : { json: replaced, attachments };
}

function anySpelling(character: string): string {
  const code = character.charCodeAt(0).toString(16).padStart(4, '0');
  const digits = [...code].map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit));
  return `(?:${character}|\\\\u${digits.join('')})`;
}
