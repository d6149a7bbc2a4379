import { onOneLine, wellFormed } from '../../core/text/raw-json.ts';
import type { EventData } from './decode.ts';

/**
 * An event's data is text; a publication's is JSON text. Text that is JSON, but for a JSON string, is the publication's
 * data as it is; any other becomes a JSON string. So each way back gives what was there, up to line breaks between
 * tokens.
 */
const STRING = /^\s*"/;
/** How JSON begins that is no string. */
const OTHER_JSON = /^\s*[-0-9[{tfn]/;

/** The publication's data: JSON text on one line. */
export function dataOfText(text: string): string {
  return isJson(text) && !STRING.test(text) ? wellFormed(onOneLine(text)) : JSON.stringify(text);
}

/**
 * The event's data. Clients parse it, and take what is no JSON for text: the string "5" of another protocol would become a
 * number, so it goes as JSON. A client of this protocol cannot have sent it: as text it would have been the number.
 */
export function textOfData(data: string): string {
  if (!STRING.test(data)) return data;
  const text = JSON.parse(data) as string;
  return OTHER_JSON.test(text) && isJson(text) ? data : text;
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
