import { toBase64 } from '../../core/text/base64.ts';
import { rawItems, rawMember } from '../../core/text/raw-json.ts';

/** Returns an event's argument, or a member of it, as the client wrote it; undefined if that is unknown. */
export type RawArgs = (index: number, ...path: readonly string[]) => string | undefined;

/** `json`: the text of the event and its arguments, if known. */
export function rawArgsOf(json: string | undefined): RawArgs {
  // The event's name comes first.
  return (index, ...path) => {
    const text = json === undefined ? undefined : rawItems(json)[index + 1];
    return text === undefined || path.length === 0 ? text : rawMember(text, ...path);
  };
}

/** As clients write it. In a string its quotes would be escaped. */
const PLACEHOLDER = /\{\s*"_placeholder"\s*:\s*true\s*,\s*"num"\s*:\s*(\d+)\s*\}/g;

/**
 * The text of an event's arguments with wrapped bytes in place of placeholders; undefined if it would not equal `args`,
 * in which they have been inserted: some clients write placeholders differently.
 */
export function fillText(
  json: string | undefined,
  args: readonly unknown[],
  attachments: readonly Uint8Array[],
): string | undefined {
  const filled = json?.replaceAll(PLACEHOLDER, (whole, number: string) => {
    const bytes = attachments[Number(number)];
    return bytes === undefined ? whole : `{"$binary":"${toBase64(bytes)}"}`;
  });
  if (filled === undefined) return undefined;
  const [, ...said] = JSON.parse(filled) as readonly unknown[];
  return JSON.stringify(said) === JSON.stringify(args) ? filled : undefined;
}
