import type { Publication } from '../../ports/log.ts';
import type { Fanout } from '../protocol/connection.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Push } from '../protocol/pushes.ts';
import type { Conflation } from './conflation.ts';
import { Feed, type FeedChannel, type FeedOptions, type FeedOutput } from './feed.ts';

/** The subscribers of one channel with their own delivery options, by those options. */
export class Feeds {
  readonly #channel: FeedChannel;
  readonly #number: number;
  readonly #conflation: Conflation;
  readonly #feeds = new Map<string, Feed>();
  #made = 0;

  /** `number` identifies the channel on this node, in frames without a name. */
  constructor(channel: FeedChannel, number: number, conflation: Conflation) {
    this.#channel = channel;
    this.#number = number;
    this.#conflation = conflation;
  }

  get empty(): boolean {
    return this.#feeds.size === 0;
  }

  get subscribers(): number {
    return [...this.#feeds.values()].reduce((sum, feed) => sum + feed.subscribers, 0);
  }

  hears(protocol: Protocol): boolean {
    return [...this.#feeds.values()].some((feed) => feed.protocol.name === protocol.name);
  }

  /** The feed of subscribers with the same options. */
  of(protocol: Protocol, options: FeedOptions): Feed {
    const key = keyOf(protocol, options);
    const known = this.#feeds.get(key);
    if (known !== undefined) return known;
    this.#made += 1;
    // Neither a name nor another topic of the channel contains a line break followed by digits.
    const topic = `${protocol.name}/${this.#channel.name}\n${this.#number}.${this.#made}`;
    const place = { topic, channel: this.#channel, number: this.#number, conflation: this.#conflation };
    const feed = new Feed(protocol, options, place);
    this.#feeds.set(key, feed);
    return feed;
  }

  /** Removes a feed without subscribers. */
  dropIfEmpty(feed: Feed): void {
    if (feed.subscribers === 0) this.#feeds.delete(keyOf(feed.protocol, feed.options));
  }

  /** Sends each feed what matches; equal filters are evaluated once. */
  send(publications: readonly Publication[], outlet: FeedOutput): void {
    const chosen = new Map<string, readonly Publication[]>();
    for (const feed of this.#feeds.values()) {
      const filter = feed.options.filter?.id ?? '';
      const own = chosen.get(filter) ?? feed.choose(publications);
      chosen.set(filter, own);
      if (own.length > 0) feed.send(own, outlet);
    }
  }

  /** Sends a push that is not a publication to everyone. */
  tell(push: Push, fanout: Fanout): void {
    for (const feed of this.#feeds.values()) feed.tell(feed.protocol.encodePush(push), fanout);
  }
}

/** Equal for subscribers that can share a topic. */
function keyOf(protocol: Protocol, { compact, delta, filter }: FeedOptions): string {
  return `${protocol.name}/${compact ? 'c' : ''}${delta ? 'd' : ''}${filter?.id ?? ''}`;
}
