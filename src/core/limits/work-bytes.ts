import type { Publication } from '../../ports/log.ts';
import type { ChannelType } from '../channels/namespace.ts';
import type { SubscribeOptions } from '../protocol/commands.ts';
import { type Frames, listOf } from '../protocol/protocol.ts';
import type { Reply, SubscribeResult } from '../protocol/pushes.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** Approximate bytes of one client in a presence result. */
const PRESENT_BYTES = 100;

/** Approximate bytes a reply contains of what was read for it. */
export function bytesOfReply(reply: Reply): number {
  if (reply.kind === 'history') return bytesOfAll(reply.publications);
  return reply.kind === 'presence' ? bytesOfPresent(reply.clients) : 0;
}

export function bytesOfPresent(clients: readonly unknown[]): number {
  return clients.length * PRESENT_BYTES;
}

/** Like `bytesOfReply`, for the result of a subscribe. */
export function bytesOfResult({ publications, map, presence = [] }: SubscribeResult): number {
  return bytesOfAll(publications) + bytesOfAll(map?.state ?? []) + bytesOfPresent(presence);
}

/** Whether such a subscribe reads something. */
export function readsChannel(options: SubscribeOptions, type: ChannelType): boolean {
  const { since, latest, page, presence } = options;
  return since !== undefined || latest === true || page !== undefined || presence === true || type !== 'stream';
}

function bytesOfAll(publications: readonly Publication[]): number {
  return publications.reduce((sum, publication) => sum + wireBytesOf(publication), 0);
}

/** The encoded reply's size, in characters or bytes. */
export function lengthOfFrames(frames: Frames): number {
  return listOf(frames).reduce((sum, { length }) => sum + length, 0);
}
