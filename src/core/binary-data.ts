/**
 * Publications carry JSON text. What a client of a binary protocol sends is kept as it is when it is JSON; other
 * bytes travel as `{"$binary":"<base64>"}`, which clients of binary protocols get back as bytes.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

const WRAPPED = /^\{"\$binary":"([A-Za-z0-9+/]*={0,2})"\}$/;
const CHUNK = 8_192;

/** The JSON text of a payload, on one line. */
export function jsonOfBytes(bytes: Uint8Array): string {
  return jsonTextOf(bytes) ?? `{"$binary":"${toBase64(bytes)}"}`;
}

/** What a client of a binary protocol gets for a publication's JSON text. */
export function bytesOfJson(json: string): Uint8Array {
  const wrapped = json.startsWith('{"$binary":"') ? WRAPPED.exec(json)?.[1] : undefined;
  return wrapped === undefined ? encoder.encode(json) : fromBase64(wrapped);
}

/** Undefined for bytes that are no JSON. */
export function jsonTextOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    JSON.parse(text);
    // In valid JSON a line break can only stand between tokens.
    return text.replaceAll(/[\r\n]+/g, ' ');
  } catch {
    return undefined;
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
