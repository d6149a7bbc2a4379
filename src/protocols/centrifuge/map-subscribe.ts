import type { ChannelType } from '../../core/channels/namespace.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import type { Since, SubscribeOptions } from '../../core/protocol/commands.ts';

/** SubscribeRequest.type and SubscribeResult.type. */
export const CHANNEL_TYPES: readonly ChannelType[] = ['stream', 'map', 'mapClients', 'mapUsers', 'sharedPoll'];

/** SubscribeRequest.phase and SubscribeResult.phase while a map's state is read; the other phases read the log. */
export const STATE_PHASE = 2;

type Fields = {
  readonly type: number;
  readonly phase: number;
  readonly cursor: string;
  readonly limit: number;
  readonly position: Since;
};

/** The map part of a subscribe request. Throws `DisconnectError('badRequest')` for an unknown type. */
export function placeInMap({ type, phase, cursor, limit, position }: Fields): SubscribeOptions {
  if (type === 0) return {};
  const name = CHANNEL_TYPES[type];
  if (name === undefined) throw new DisconnectError('badRequest');
  if (name === 'sharedPoll') return { type: name };
  // Changes after a state that was read before, or after a cut: from the position on.
  if (phase !== STATE_PHASE) return { type: name, since: position };
  const hasPosition = position.epoch !== '';
  return { type: name, page: { cursor, limit, ...(hasPosition && { since: position }) } };
}
