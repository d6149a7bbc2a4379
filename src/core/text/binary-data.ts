import { fromBase64, toBase64 } from './base64.ts';
import { onOneLine } from './raw-json.ts';

/**
 * Publications carry JSON text. What a client of a binary protocol sends is kept as it is when it is JSON; other
 * bytes travel as `{"$binary":"<base64>"}`, which clients of binary protocols get back as bytes.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const WRAPPED = /^\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}$/;

/** The JSON text of a payload, on one line. */
export function jsonOfBytes(bytes: Uint8Array): string {
  const text = jsonTextOf(bytes);
  // A text that is a wrapper already is wrapped once more, so that it comes back as it is.
  return text === undefined || WRAPPED.test(text) ? `{"$binary":"${toBase64(bytes)}"}` : text;
}

/** What a client of a binary protocol gets for a publication's JSON text. */
export function bytesOfJson(json: string): Uint8Array {
  const wrapped = json.startsWith('{"$binary":"') ? WRAPPED.exec(json)?.[1] : undefined;
  // Whoever publishes the wrapper by hand may have written anything into it.
  return (wrapped === undefined ? undefined : fromBase64(wrapped)) ?? encoder.encode(json);
}

/** Whether the text stands for bytes that are no JSON. */
export function isWrapped(json: string): boolean {
  return json.startsWith('{"$binary":"') && WRAPPED.test(json);
}

/** JSON text on one line; undefined for bytes that are no JSON. */
export function jsonTextOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    JSON.parse(text);
    return onOneLine(text);
  } catch {
    return undefined;
  }
}
