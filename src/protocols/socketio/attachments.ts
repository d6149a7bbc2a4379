import { ClientError } from '../../core/errors.ts';
import { fromBase64, toBase64 } from '../../core/text/base64.ts';
import { isDeeper } from '../../core/text/json-depth.ts';

/** Attachments of one packet; stock clients refuse more (`maxAttachments` of socket.io-parser). */
export const ATTACHMENT_LIMIT = 10;

/** How deep a packet with attachments may be nested, both ways: here and in clients they are put in by recursion. */
const DEPTH_LIMIT = 100;

const MARK = '{"$binary":"';
const WRAPPED = /\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}/g;
const PLACEHOLDER = '_placeholder';
/** `"_placeholder":` in any spelling: each character of a name may be written as an escape. */
const PLACEHOLDER_NAME = new RegExp(`"${[...PLACEHOLDER].map(anySpelling).join('')}"\\s*:`);

/** JSON with placeholders, and the bytes that belong in their places, in order. */
export type Attached = { readonly json: string; readonly attachments: readonly Uint8Array[] };

/** The same arguments with every placeholder turned into wrapped bytes. Throws `ClientError('badRequest')`. */
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

/** What a client is told that sends more attachments than a packet may have. */
export function tooManyAttachments(): ClientError {
  return wrong(`hold more than ${ATTACHMENT_LIMIT} byte values`);
}

function wrong(message: string): ClientError {
  return new ClientError('badRequest', { field: 'arguments', message });
}

/**
 * Takes the wrapped bytes out of a JSON text; undefined when none are taken, so that the text goes out as it is. What
 * looks like a wrapper inside of a string has its quotes escaped there, so it is not mistaken for one.
 *
 * Clients take every object with `_placeholder` in a packet with attachments for a place to put one, and disconnect
 * where there is none; they also put them in by recursion. So nothing is taken out of a text that has such a name of its
 * own, or that is nested deeper than `DEPTH_LIMIT`: its bytes stay wrapped, as clients of other JSON protocols get them.
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
