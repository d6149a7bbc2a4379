import type { Publication } from '../../ports/log.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Frame, Protocol } from '../protocol/protocol.ts';
import type { Conflation, Lane, Reader } from './conflation.ts';

type PacedTopicSettings = {
  readonly conflation: Conflation;
  readonly topic: string;
  readonly protocol: Protocol;
  /** The tag whose value groups publications that replace each other, unless they set map entries. */
  readonly tag: string;
  readonly encode: (publication: Publication) => readonly Frame[];
};

/** A topic whose clients leave it while they are behind, and then get the newest publication of each key. */
export class PacedTopic implements Lane {
  readonly #settings: PacedTopicSettings;
  readonly #inside = new Map<Connection, Reader>();
  readonly #behind = new Map<Connection, Reader>();

  constructor(settings: PacedTopicSettings) {
    this.#settings = settings;
  }

  get protocol(): Protocol {
    return this.#settings.protocol;
  }

  /** Clients that are behind now. */
  get behind(): Iterable<Connection> {
    return this.#behind.keys();
  }

  has(connection: Connection): boolean {
    return this.#inside.has(connection);
  }

  join(reader: Reader): void {
    this.#inside.set(reader.connection, reader);
    reader.connection.join(this.#settings.topic);
  }

  leave({ connection }: Reader): void {
    const { topic, conflation } = this.#settings;
    if (this.#inside.delete(connection)) connection.leave(topic);
    else if (this.#behind.delete(connection)) conflation.forget(connection, this);
  }

  /** Publications about to go to the topic: kept for clients that are behind by now, except `except`. */
  hold(publications: readonly Publication[], except: Connection | undefined): void {
    const { conflation, topic } = this.#settings;
    for (const [connection, reader] of this.#inside) {
      if (!conflation.isBehind(connection)) continue;
      this.#inside.delete(connection);
      connection.leave(topic);
      this.#behind.set(connection, reader);
      conflation.begin(reader, this);
    }
    for (const [connection, reader] of this.#behind) {
      if (connection === except) continue;
      for (const publication of publications) {
        conflation.keep(reader, this, { key: this.#keyOf(publication), publication });
      }
    }
  }

  encode(publication: Publication): readonly Frame[] {
    return this.#settings.encode(publication);
  }

  resume(reader: Reader): void {
    if (this.#behind.delete(reader.connection)) this.join(reader);
  }

  /** Without a key, all of the channel's publications replace each other. */
  #keyOf({ entry, tags }: Publication): string {
    return entry?.key ?? tags?.[this.#settings.tag] ?? '';
  }
}
