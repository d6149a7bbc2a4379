import type { Publication } from '../../ports/log.ts';

/** The overhead of a publication in a protocol, and of each text in it: names, punctuation, its offset. */
const AROUND = 40;
const AROUND_TEXT = 16;

/** Approximate bytes of a publication in a reply: its texts as UTF-8, plus overhead. */
export function wireBytesOf({ data, info, tags, entry }: Publication): number {
  let bytes = AROUND + utf8Length(data);
  if (entry !== undefined) bytes += AROUND_TEXT + utf8Length(entry.key);
  for (const text of Object.values(info ?? {})) bytes += AROUND_TEXT + utf8Length(text);
  for (const [name, text] of Object.entries(tags ?? {})) bytes += AROUND_TEXT + utf8Length(name) + utf8Length(text);
  return bytes;
}

/** The text's length as UTF-8. Each half of a surrogate pair counts as two of its four bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}
