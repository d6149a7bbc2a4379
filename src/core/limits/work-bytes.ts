import type { Publication } from '../../ports/log.ts';
import type { ChannelType } from '../channels/namespace.ts';
import type { SubscribeOptions } from '../protocol/commands.ts';
import { type Frames, listOf } from '../protocol/protocol.ts';
import type { Reply, SubscribeResult } from '../protocol/pushes.ts';
import { wireBytesOf } from '../text/wire-bytes.ts';

/** What one of those present in a channel takes in an answer, nearly. */
const PRESENT_BYTES = 100;

/** Bytes that an answer holds of what was read for it, nearly. */
export function bytesOfReply(reply: Reply): number {
  if (reply.kind === 'history') return bytesOfAll(reply.publications);
  return reply.kind === 'presence' ? bytesOfPresent(reply.clients) : 0;
}

export function bytesOfPresent(clients: readonly unknown[]): number {
  return clients.length * PRESENT_BYTES;
}

/** As `bytesOfReply`, of a subscription's beginning. */
export function bytesOfResult({ publications, map, presence = [] }: SubscribeResult): number {
  return bytesOfAll(publications) + bytesOfAll(map?.state ?? []) + bytesOfPresent(presence);
}

/** Whether something is read for the client when it subscribes so. */
export function readsChannel(options: SubscribeOptions, type: ChannelType): boolean {
  const { since, latest, page, presence } = options;
  return since !== undefined || latest === true || page !== undefined || presence === true || type !== 'stream';
}

function bytesOfAll(publications: readonly Publication[]): number {
  return publications.reduce((sum, publication) => sum + wireBytesOf(publication), 0);
}

/** What an answer takes as it was encoded, in characters or bytes. */
export function lengthOfFrames(frames: Frames): number {
  return listOf(frames).reduce((sum, { length }) => sum + length, 0);
}
