import type { Position, Publication } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import { createTagFilter, type TagFilter } from '../channels/tag-filter.ts';
import { ClientError } from '../errors.ts';
import type { SubscribeOptions } from '../protocol/commands.ts';
import type { Connection, Fanout } from '../protocol/connection.ts';
import { type Frame, type Frames, listOf, type Protocol } from '../protocol/protocol.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import { type Burst, joined, type PublicationPush } from './burst.ts';
import type { Conflation, Reader } from './conflation.ts';
import { PacedTopic } from './paced-topic.ts';

/** How a subscriber gets a channel's publications, if not the plain way. */
export type FeedOptions = {
  /** Under a number instead of the channel's name. */
  readonly compact: boolean;
  /** As deltas from the previous publication. */
  readonly delta: boolean;
  /** Only those whose tags match. */
  readonly filter?: TagFilter;
  /** The channel is a map: deltas are per entry. */
  readonly keyed: boolean;
  /** A slow client gets only the newest of each key; the tag with the key. */
  readonly conflateTag?: string;
};

/**
 * The requested options the namespace allows; undefined for plain delivery. Without `delta` and `compact` the client
 * simply gets more bytes; but a refused filter must be an error. Throws `badRequest`.
 */
export function feedOptionsOf(
  namespace: Namespace,
  asked: SubscribeOptions,
  { clients }: Protocol,
): FeedOptions | undefined {
  if (namespace.type === 'sharedPoll') return undefined;
  const compact = namespace.compact && asked.compact === true;
  const keyed = namespace.type !== 'stream';
  // In a map an entry may stop matching, so with a filter a client's base is unknown.
  const delta = namespace.delta && asked.delta === true && !(keyed && asked.filter !== undefined);
  // A polling client requests as much as it can take.
  const isPaced = namespace.conflate && clients !== 'poll';
  const plain = { compact, delta, keyed, ...(isPaced && { conflateTag: namespace.conflateTag }) };
  if (asked.filter === undefined) return compact || delta || isPaced ? plain : undefined;
  if (!namespace.tagFilter) {
    throw new ClientError('badRequest', { field: 'tf', message: 'this namespace does not support tag filters' });
  }
  return { ...plain, filter: createTagFilter(asked.filter) };
}

/** A feed's channel. */
export type FeedChannel = { readonly name: string; readonly position: Position };

type Place = {
  readonly topic: string;
  readonly channel: FeedChannel;
  readonly number: number;
  readonly conflation: Conflation;
};

/** What a feed needs to send. */
export type FeedOutput = {
  readonly fanout: Fanout;
  readonly burst: Burst;
  /** A client's connection, if it has a distinguishable id and is here. */
  readonly connectionOf: (client: string) => Connection | undefined;
};

/** Characters sent to a paced topic before its clients are checked again. */
const PART_LENGTH = 64 * 1024;

/** Subscribers of a channel with the same delivery options: they share a topic. */
export class Feed {
  readonly protocol: Protocol;
  readonly options: FeedOptions;
  readonly #place: Place;
  #subscribers = 0;
  /** The last publications sent in the topic, by map entry: the bases of the next deltas. */
  readonly #bases = new Map<string, Publication>();
  /** A client has returned to a map: its bases of entries it was not sent now are unknown. */
  #returned = false;
  /** Subscribers that got nothing yet, and so are not in the topic. */
  readonly #baseless = new Set<Reader>();
  /** If slow clients leave the topic for a while. */
  readonly #paced: PacedTopic | undefined;

  constructor(protocol: Protocol, options: FeedOptions, place: Place) {
    this.protocol = protocol;
    this.options = options;
    this.#place = place;
    const { conflateTag: tag } = options;
    const { topic, conflation } = place;
    const encode = (publication: Publication) => listOf(protocol.encodePush(this.#push(publication, undefined)));
    this.#paced = tag === undefined ? undefined : new PacedTopic({ conflation, topic, protocol, tag, encode });
  }

  get subscribers(): number {
    return this.#subscribers;
  }

  /** Counts a subscriber in, and adapts its result to this feed; `top` is the channel's position. */
  enter(result: SubscribeResult, top: number): SubscribeResult {
    this.#subscribers += 1;
    const { compact, delta } = this.options;
    const publications = this.choose(result.publications);
    return {
      ...result,
      publications,
      // Filtered publications count as received.
      ...(result.recovered && publications.length === 0 && { offset: top }),
      ...(delta && { delta }),
      ...(compact && { number: this.#place.number }),
    };
  }

  /** The subscriber gets publications from now on, after its result. */
  join(reader: Reader, { publications, recovered, map }: SubscribeResult): void {
    const { delta, keyed } = this.options;
    if (delta && !keyed && publications.length === 0) {
      this.#baseless.add(reader);
      return;
    }
    if (keyed && recovered) {
      this.#returned = true;
      this.#bases.clear();
    }
    // These are the bases of all others, too: pending ones were sent before this subscriber entered.
    const given = this.#returned ? publications : [...(map?.state ?? []), ...publications];
    if (delta) for (const publication of given) this.#remember(publication);
    this.#enterTopic(reader);
  }

  /** Counts a subscriber out, whether it has joined or not. */
  leave(reader: Reader): void {
    this.#subscribers -= 1;
    if (this.#baseless.delete(reader)) return;
    if (this.#paced !== undefined) this.#paced.leave(reader);
    else reader.connection.leave(this.#place.topic);
  }

  /** The publications for this feed. */
  choose(publications: readonly Publication[]): readonly Publication[] {
    const { filter } = this.options;
    if (filter === undefined) return publications;
    return publications.filter(({ tags, entry }) => entry?.removed === true || filter.matches(tags));
  }

  /** Sends selected publications, at least one, to everyone in the feed. */
  send(publications: readonly Publication[], outlet: FeedOutput): void {
    const paced = this.#paced;
    if (paced === undefined) return this.#send(publications, outlet);
    for (const { part, except } of partsOf(publications)) {
      const left = except === undefined ? undefined : outlet.connectionOf(except);
      paced.hold(part, left);
      const wasIn = left !== undefined && paced.has(left);
      if (wasIn) left.leave(this.#place.topic);
      this.#send(part, outlet);
      if (wasIn) left.join(this.#place.topic);
    }
  }

  /** Sends a push that is not a publication to everyone in the feed. */
  tell(frames: Frames, fanout: Fanout): void {
    for (const frame of listOf(frames)) {
      fanout.publish(this.#place.topic, frame);
      for (const { connection } of this.#baseless) connection.send(frame);
      for (const connection of this.#paced?.behind ?? []) connection.send(frame);
    }
  }

  #enterTopic(reader: Reader): void {
    if (this.#paced !== undefined) this.#paced.join(reader);
    else reader.connection.join(this.#place.topic);
  }

  #send(publications: readonly Publication[], { fanout, burst }: FeedOutput): void {
    const { protocol } = this;
    const { delta, keyed } = this.options;
    const isSomebodyIn = !delta || keyed || this.#bases.size > 0;
    const [first, ...later] = publications.map((publication) => {
      const frames = burst.encode(protocol, this.#push(publication, this.#bases.get(keyOf(publication))));
      if (delta) this.#remember(publication);
      return frames;
    });
    if (isSomebodyIn) {
      for (const frame of joined(protocol, [first, ...later].flatMap(listOf))) fanout.publish(this.#place.topic, frame);
    }
    const [oldest] = publications;
    if (this.#baseless.size === 0 || oldest === undefined) return;
    const whole = isSomebodyIn ? burst.encode(protocol, this.#push(oldest, undefined)) : first;
    this.#begin(joined(protocol, [whole, ...later].flatMap(listOf)));
  }

  #remember(publication: Publication): void {
    if (publication.entry?.removed === true) this.#bases.delete(keyOf(publication));
    else this.#bases.set(keyOf(publication), publication);
  }

  /** Sends those without a base frames that start with a full publication; then they join the others. */
  #begin(frames: readonly Frame[]): void {
    for (const reader of [...this.#baseless]) {
      for (const frame of frames) reader.connection.send(frame);
      // It may have been closed as too slow, and have left.
      if (this.#baseless.delete(reader)) this.#enterTopic(reader);
    }
  }

  #push(publication: Publication, base: Publication | undefined): PublicationPush {
    const { compact, delta } = this.options;
    const { channel } = this.#place;
    return {
      kind: 'publication',
      channel: channel.name,
      epoch: channel.position.epoch,
      publication,
      ...(compact && { number: this.#place.number }),
      ...(delta && { delta: base === undefined ? {} : { base } }),
    };
  }
}

type Part = { readonly part: readonly Publication[]; readonly except: string | undefined };

/** Publications that exclude the same client, as many as may be sent before the next check. */
function partsOf(publications: readonly Publication[]): readonly Part[] {
  const parts: Part[] = [];
  let [part, length]: [Publication[], number] = [[], 0];
  for (const publication of publications) {
    if (part.length > 0 && (part[0]?.except !== publication.except || length > PART_LENGTH)) {
      parts.push({ part, except: part[0]?.except });
      [part, length] = [[], 0];
    }
    part.push(publication);
    length += publication.data.length;
  }
  parts.push({ part, except: part[0]?.except });
  return parts;
}

/** The base of a delta: a map entry, or the whole channel. */
function keyOf({ entry }: Publication): string {
  return entry?.key ?? '';
}
