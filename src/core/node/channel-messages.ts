import type { Bus } from '../../ports/bus.ts';
import type { ClientInfo, Position, Publication } from '../../ports/log.ts';
import type { ChannelMessage, NodeMessage, PolledItem } from '../bus/node-messages.ts';
import type { SharedPolls } from '../channels/shared-polls.ts';
import type { Hub } from '../delivery/hub.ts';

/** The prefix of a channel's name in the subject of its messages. */
const PREFIX = 'c/';

type ChannelMessagesParts = {
  readonly bus: Bus<NodeMessage>;
  readonly hub: () => Hub;
  readonly polls: SharedPolls;
};

/** Messages between nodes about channels: sent to all nodes subscribed to the channel, this one included. */
export class ChannelMessages {
  readonly #parts: ChannelMessagesParts;

  constructor(parts: ChannelMessagesParts) {
    this.#parts = parts;
  }

  /** Starts or stops receiving a channel's messages. */
  listen(channel: string, wanted: boolean): void {
    const { bus } = this.#parts;
    if (wanted) bus.subscribe(PREFIX + channel);
    else bus.unsubscribe(PREFIX + channel);
  }

  published(channel: string, epoch: string, publication: Publication): void {
    this.#send(channel, { kind: 'publications', epoch, publications: [publication] });
  }

  /** Applied here at once; other nodes that get it late find out from the log (`HubChannel`). */
  trimmed(channel: string, to: Position): void {
    this.#parts.hub().trimmed(channel, to);
    this.#send(channel, { kind: 'trimmed', to });
  }

  /** `alone`: the user has no other connection in the channel on this node. */
  joined(channel: string, info: ClientInfo, alone: boolean): void {
    this.#send(channel, { kind: 'join', info, alone });
  }

  /** Like `joined`. */
  left(channel: string, info: ClientInfo, alone: boolean): void {
    this.#send(channel, { kind: 'leave', info, alone });
  }

  item(channel: string, item: PolledItem): void {
    this.#send(channel, { kind: 'item', item });
  }

  /** Handles a message of this or another node. */
  receive(subject: string, message: ChannelMessage): void {
    const { hub, polls } = this.#parts;
    const channel = subject.slice(PREFIX.length);
    switch (message.kind) {
      case 'publications':
        return hub().receive(channel, message.epoch, message.publications);
      case 'item':
        return polls.learn(channel, message.item);
      case 'trimmed':
        return hub().trimmed(channel, message.to);
      case 'join':
      case 'leave':
        return hub().announce(channel, message);
      default:
        message satisfies never;
    }
  }

  #send(channel: string, message: ChannelMessage): void {
    this.#parts.bus.publish(PREFIX + channel, message);
  }
}
