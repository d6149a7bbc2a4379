import { fromBase64, toBase64 } from '../../core/base64.ts';
import { DisconnectError } from '../../core/disconnects.ts';

/** Attachments of one packet; clients refuse more. */
export const ATTACHMENT_LIMIT = 10;

/** How deep arguments with attachments may be nested: they are walked by recursion. */
const DEPTH_LIMIT = 100;
const MARK = '{"$binary":"';
const WRAPPED = /\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}/g;

/** JSON with placeholders, and the bytes that belong in their places, in order. */
export type Attached = { readonly json: string; readonly attachments: readonly Uint8Array[] };

/** The same arguments with every placeholder turned into wrapped bytes. Throws `DisconnectError('badRequest')`. */
export function attach(args: readonly unknown[], attachments: readonly Uint8Array[]): readonly unknown[] {
  return args.map((arg) => fill(arg, attachments, 0));
}

function fill(value: unknown, attachments: readonly Uint8Array[], depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_LIMIT) throw new DisconnectError('badRequest');
  if (Array.isArray(value)) return value.map((each) => fill(each, attachments, depth + 1));
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields._placeholder === true) return { $binary: toBase64(attachmentOf(fields.num, attachments)) };
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, fill(each, attachments, depth + 1)]));
}

function attachmentOf(number: unknown, attachments: readonly Uint8Array[]): Uint8Array {
  const found = typeof number === 'number' ? attachments[number] : undefined;
  if (found === undefined) throw new DisconnectError('badRequest');
  return found;
}

/**
 * Takes the wrapped bytes out of a JSON text; undefined when it holds none. What looks like a wrapper inside of a string
 * has its quotes escaped there, so it is not mistaken for one.
 */
export function detach(json: string): Attached | undefined {
  if (!json.includes(MARK)) return undefined;
  const attachments: Uint8Array[] = [];
  const replaced = json.replace(WRAPPED, (whole, base64: string) => {
    const bytes = attachments.length < ATTACHMENT_LIMIT ? fromBase64(base64) : undefined;
    if (bytes === undefined) return whole;
    attachments.push(bytes);
    return `{"_placeholder":true,"num":${attachments.length - 1}}`;
  });
  return attachments.length === 0 ? undefined : { json: replaced, attachments };
}
