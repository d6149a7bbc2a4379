import type { Protocol } from '../protocol/protocol.ts';

/** The topic that carries a channel's frames to the clients of one protocol. */
export function topicOf(protocol: Protocol, channel: string): string {
  return `${protocol.name}/${channel}`;
}

/** The topic of the join and leave messages of a channel, for the clients of one protocol. */
export function joinLeaveTopicOf(protocol: Protocol, channel: string): string {
  return `${protocol.name}/${channel}\n`;
}
