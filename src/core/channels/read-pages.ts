import type { Log, Page, Publication, ReadRange } from '../../ports/log.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** A range that also ends at a byte limit. */
export type BoundedRange = ReadRange & { readonly bytes: number };

/**
 * Publications of the range, and the channel's top: as many as requested, as exist, or as fit into `bytes`, but at
 * least one, however long. A log may return them in several pages.
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
    // The rest is unreadable: the next read of it gets the error.
    if (page.damaged && publications.length === 0) return page;
    if (rest === undefined || left <= 0 || publications.length >= range.limit) return { publications, top: page.top };
    const next = await log.read(channel, { ...rest, limit: range.limit - publications.length });
    // A new epoch began: what was read belongs to the old one.
    if (next.top.epoch !== page.top.epoch) return { publications, top: page.top };
    page = next;
  }
}

/** Where to continue; undefined at the end of the channel, or if the log had no more. */
function restOf(range: ReadRange, last: Publication | undefined, { publications, top }: Page): ReadRange | undefined {
  if (last === undefined || publications.length === 0) return undefined;
  const isLast = range.reverse === true ? last.offset <= 1 : last.offset >= top.offset;
  return isLast ? undefined : { ...range, after: last.offset };
}
