import type { Publication } from '../../ports/log.ts';
import type { Fanout } from '../protocol/connection.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Push } from '../protocol/pushes.ts';
import type { Conflation } from './conflation.ts';
import { type FedChannel, Feed, type FeedOptions, type Outlet } from './feed.ts';

/** Those subscribers of one channel that do not take its publications the plain way, by the way that they take them. */
export class Feeds {
  readonly #channel: FedChannel;
  readonly #number: number;
  readonly #conflation: Conflation;
  readonly #feeds = new Map<string, Feed>();
  #made = 0;

  /** `number` stands for the channel on this node, in frames that carry no name. */
  constructor(channel: FedChannel, number: number, conflation: Conflation) {
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

  /** The feed of those who ask for the same. */
  of(protocol: Protocol, options: FeedOptions): Feed {
    const key = keyOf(protocol, options);
    const known = this.#feeds.get(key);
    if (known !== undefined) return known;
    this.#made += 1;
    // Neither a name nor another topic of the channel holds a line break and then digits.
    const topic = `${protocol.name}/${this.#channel.name}\n${this.#number}.${this.#made}`;
    const place = { topic, channel: this.#channel, number: this.#number, conflation: this.#conflation };
    const feed = new Feed(protocol, options, place);
    this.#feeds.set(key, feed);
    return feed;
  }

  /** Forgets a feed that nobody listens to. */
  dropIfEmpty(feed: Feed): void {
    if (feed.subscribers === 0) this.#feeds.delete(keyOf(feed.protocol, feed.options));
  }

  /** Gives each feed what is for it; a filter is asked once, however many feeds have it. */
  send(publications: readonly Publication[], outlet: Outlet): void {
    const chosen = new Map<string, readonly Publication[]>();
    for (const feed of this.#feeds.values()) {
      const filter = feed.options.filter?.id ?? '';
      const own = chosen.get(filter) ?? feed.choose(publications);
      chosen.set(filter, own);
      if (own.length > 0) feed.send(own, outlet);
    }
  }

  /** Tells everyone something that is no publication. */
  tell(push: Push, fanout: Fanout): void {
    for (const feed of this.#feeds.values()) feed.tell(feed.protocol.encodePush(push), fanout);
  }
}

/** Equal for those who can share a topic. */
function keyOf(protocol: Protocol, { compact, delta, filter }: FeedOptions): string {
  return `${protocol.name}/${compact ? 'c' : ''}${delta ? 'd' : ''}${filter?.id ?? ''}`;
}
