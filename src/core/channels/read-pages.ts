import type { Log, Page, Publication, ReadRange } from '../../ports/log.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** A range that ends, too, when the bytes of what was read are used up. */
export type BoundedRange = ReadRange & { readonly bytes: number };

/**
 * Publications of the range, and the channel's top: as many as asked for, or as there are, or as fit into `bytes`,
 * but at least one, however long. A log may give them in several pieces.
 */
export async function readPages(log: Log, channel: string, { bytes, ...range }: BoundedRange): Promise<Page> {
  const publications: Publication[] = [];
  let left = bytes;
  let page = await log.read(channel, range);
  for (;;) {
    for (const publication of page.publications) {
      left -= wireBytesOf(publication);
      if (left < 0 && publications.length > 0) return { publications, top: page.top };
      publications.push(publication);
    }
    const rest = restOf(range, publications.at(-1), page);
    // What follows cannot be read: whoever asks for that next is told so.
    if (page.damaged && publications.length === 0) return page;
    if (rest === undefined || left <= 0 || publications.length >= range.limit) return { publications, top: page.top };
    const next = await log.read(channel, { ...rest, limit: range.limit - publications.length });
    // The history started anew: what was read belongs to the one before.
    if (next.top.epoch !== page.top.epoch) return { publications, top: page.top };
    page = next;
  }
}

/** Where to read on; undefined at the end of the channel, or when the log had no more. */
function restOf(range: ReadRange, last: Publication | undefined, { publications, top }: Page): ReadRange | undefined {
  if (last === undefined || publications.length === 0) return undefined;
  const isLast = range.reverse === true ? last.offset <= 1 : last.offset >= top.offset;
  return isLast ? undefined : { ...range, after: last.offset };
}
