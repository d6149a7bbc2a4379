import { type RoomEvent, roomChannel } from '../../contracts/chat/events.ts';
import { ClientError } from '../../core/errors.ts';
import type { Channels, Published } from '../../core/operations/feature.ts';
import type { Write } from '../../ports/log.ts';
import type { Span } from '../../ports/traces.ts';
import { projectionOf } from './projection.ts';

export type RoomPublishOptions = {
  readonly key?: string;
  /** Further writes of the same transaction. */
  readonly writes?: readonly Write[];
  /** The parent span, if traced. */
  readonly span?: Span | undefined;
};

/** The rooms' channels: the log of everything that happens in a room. */
export class RoomLog {
  readonly #channels: Channels;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /**
   * Appends the event and changes the tables in the same transaction. Throws `conflict` if a constraint of the tables
   * refuses: a concurrent change won.
   */
  publish(room: string, event: RoomEvent, { key, writes = [], span }: RoomPublishOptions = {}): Promise<Published> {
    const options = {
      writes: [...projectionOf(room, event), ...writes],
      ...(key !== undefined && { key }),
      ...(span !== undefined && { span }),
    };
    return this.#channels.publish(roomChannel(room), JSON.stringify(event), options);
  }

  /** Like `publish`, but returns false where that throws `conflict`. */
  async tryPublish(room: string, event: RoomEvent, options?: RoomPublishOptions): Promise<boolean> {
    try {
      await this.publish(room, event, options);
      return true;
    } catch (error) {
      if (error instanceof ClientError && error.kind === 'conflict') return false;
      throw error;
    }
  }

  /** The event as published. */
  async eventAt(room: string, offset: number): Promise<RoomEvent | undefined> {
    const page = await this.#channels.read(roomChannel(room), { after: offset - 1, limit: 1 });
    const [publication] = page.publications;
    return publication?.offset === offset ? (JSON.parse(publication.data) as RoomEvent) : undefined;
  }

  async epoch(room: string): Promise<string> {
    return (await this.#channels.read(roomChannel(room), { limit: 0 })).top.epoch;
  }
}
