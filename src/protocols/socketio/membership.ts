import type { Since } from '../../core/protocol/commands.ts';
import type { SubscribeResult } from '../../core/protocol/pushes.ts';

/** Where a client came into a channel: its position there, and what the journal had told last. */
export type Joined = Since & {
  readonly number: number;
  readonly by: 'client' | 'server';
  /** The offset that it had for certain: behind it, it was given what it had missed, and that may have been lost. */
  readonly floor: number;
};

/** What a client was given when it came back, and where it was before. */
export type Replay = {
  /** What tells it from other replays of this run of the server. */
  readonly id: number;
  /** The cursor with which it came; undefined when it had got no event at all. */
  readonly cursor: string | undefined;
  readonly places: Map<string, Since>;
  /** Channel by channel, where each event took it. */
  readonly steps: readonly (Since & { readonly channel: string })[];
};

/** Who a client is: a client's id, and whose it is. */
export type Who = { readonly client: string; readonly user: string };

/** What one client is in. */
export class Membership {
  /** Undefined while it is not let in, and where an older version has written it down. */
  who: Who | undefined;
  /** See `Resumption.handOver`; only while its line seems to stand. */
  handOver: (channels: ReadonlySet<string>) => ReadonlySet<string> = () => new Set();
  readonly channels = new Map<string, Joined>();
  #replay: Replay | undefined;

  get replay(): Replay | undefined {
    return this.#replay;
  }

  /** `number`: what the journal had told last. */
  join(
    channel: string,
    { epoch, offset, publications }: SubscribeResult,
    { number, by }: Pick<Joined, 'number' | 'by'>,
  ): void {
    this.channels.set(channel, { epoch, offset: publications.at(-1)?.offset ?? offset, floor: offset, number, by });
  }

  leave(channel: string): void {
    this.channels.delete(channel);
    this.#replay?.places.delete(channel);
  }

  /** The client is given this. */
  begin(replay: Replay): void {
    this.#replay = replay;
  }
}
