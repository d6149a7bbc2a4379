import { onOneLine, wellFormed } from '../../core/text/raw-json.ts';
import type { EventData } from './decode.ts';

/**
 * An event's data is text; a publication's is JSON text. Text that is JSON, except a JSON string, becomes the
 * publication's data unchanged; any other text becomes a JSON string. So each conversion can be reversed, up to line
 * breaks between tokens.
 */
const STRING = /^\s*"/;
/** The first character of JSON that is not a string. */
const OTHER_JSON = /^\s*[-0-9[{tfn]/;

/** The publication's data: JSON text on one line. */
export function dataOfText(text: string): string {
  return isJson(text) && !STRING.test(text) ? wellFormed(onOneLine(text)) : JSON.stringify(text);
}

/**
 * The event's data. Clients parse it, and treat invalid JSON as text: the string "5" of another protocol would become a
 * number, so it is sent as JSON. A client of this protocol cannot have sent it: its text 5 is published as the number.
 */
export function textOfData(data: string): string {
  if (!STRING.test(data)) return data;
  const text = JSON.parse(data) as string;
  return OTHER_JSON.test(text) && isJson(text) ? data : text;
}

/** Sent to clients of an encrypted channel in place of unencrypted data: they log it, and drop it. */
export const UNSEALED = '{}';

/**
 * 24 bytes, and any number: with another size or other characters the client would throw outside of application code.
 */
const NONCE = /^[A-Za-z0-9+/]{32}$/;
const CIPHERTEXT = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether clients of an encrypted channel can try to decrypt the text. */
export function isSealed(text: string): boolean {
  if (!isJson(text)) return false;
  const { nonce, ciphertext } = (JSON.parse(text) ?? {}) as { readonly nonce?: unknown; readonly ciphertext?: unknown };
  if (typeof nonce !== 'string' || typeof ciphertext !== 'string') return false;
  return NONCE.test(nonce) && CIPHERTEXT.test(ciphertext);
}

/** For client data, which may be any JSON instead of text. */
export function dataOfEvent({ kind, text }: EventData): string {
  return kind === 'text' ? dataOfText(text) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
