import { fromBase64, toBase64 } from './base64.ts';
import { onOneLine } from './raw-json.ts';

/**
 * Publications are JSON text. Data from a client of a binary protocol is kept unchanged if it is JSON; other bytes are
 * stored as `{"$binary":"<base64>"}`, which clients of binary protocols get back as bytes.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const WRAPPED = /^\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}$/;

/** The JSON text of a payload, on one line. */
export function jsonOfBytes(bytes: Uint8Array): string {
  const text = jsonTextOf(bytes);
  // A text that is already a wrapper is wrapped again, so that it is restored unchanged.
  return text === undefined || WRAPPED.test(text) ? `{"$binary":"${toBase64(bytes)}"}` : text;
}

/** A publication's data for a client of a binary protocol. */
export function bytesOfJson(json: string): Uint8Array {
  const wrapped = json.startsWith('{"$binary":"') ? WRAPPED.exec(json)?.[1] : undefined;
  // A wrapper written by hand may contain anything.
  return (wrapped === undefined ? undefined : fromBase64(wrapped)) ?? encoder.encode(json);
}

/** Whether the text stands for bytes that are not JSON. */
export function isWrapped(json: string): boolean {
  return json.startsWith('{"$binary":"') && WRAPPED.test(json);
}

/** JSON text on one line; undefined for bytes that are not JSON. */
export function jsonTextOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    JSON.parse(text);
    return onOneLine(text);
  } catch {
    return undefined;
  }
}
