import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { Page, ReadRange } from '../../ports/log.ts';

type Asked = { readonly limit: number; readonly reverse: boolean; readonly offset?: number };

/** As many as requested, or the server's maximum; after `offset`, or in reverse before it. */
export function rangeOf(node: Node, { limit, reverse, offset }: Asked): ReadRange {
  const most = node.limits.history;
  return { limit: limit < 0 ? most : Math.min(limit, most), reverse, ...(offset !== undefined && { after: offset }) };
}

/** Throws `unrecoverablePosition` if the given position is of another epoch. */
export async function readFrom(node: Node, channel: string, range: ReadRange, epoch = ''): Promise<Page> {
  const page = await node.read(channel, range);
  if (epoch !== '' && epoch !== page.top.epoch) throw new ClientError('unrecoverablePosition');
  return page;
}
