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
