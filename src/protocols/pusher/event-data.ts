/**
 * An event's data is text; a publication's is JSON text. Text that is JSON, but for a JSON string, is the publication's
 * data as it is; any other becomes a JSON string. So each way back gives what was there, up to line breaks between
 * tokens.
 */
const STRING = /^\s*"/;

/** The publication's data: JSON text on one line. */
export function dataOfText(text: string): string {
  return isJson(text) && !STRING.test(text) ? text.replaceAll(/[\r\n]+/g, ' ') : JSON.stringify(text);
}

/** The event's data. */
export function textOfData(data: string): string {
  return STRING.test(data) ? (JSON.parse(data) as string) : data;
}

/** What clients of an encrypted channel are told in the place of what is not encrypted: they log it, and drop it. */
export const UNSEALED = '{}';

/** 24 bytes, and any: of another size or with other characters they would throw in the client, outside of its own code. */
const NONCE = /^[A-Za-z0-9+/]{32}$/;
const CIPHERTEXT = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether clients of an encrypted channel can try to open the text. */
export function isSealed(text: string): boolean {
  if (!isJson(text)) return false;
  const { nonce, ciphertext } = (JSON.parse(text) ?? {}) as { readonly nonce?: unknown; readonly ciphertext?: unknown };
  if (typeof nonce !== 'string' || typeof ciphertext !== 'string') return false;
  return NONCE.test(nonce) && CIPHERTEXT.test(ciphertext);
}

/** Of what a client sends, which may be any JSON instead of a text. */
export function dataOfValue(value: unknown): string {
  return typeof value === 'string' ? dataOfText(value) : (JSON.stringify(value) ?? 'null');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
