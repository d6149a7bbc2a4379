import type { Since } from '../../core/protocol/commands.ts';
import type { SubscribeResult } from '../../core/protocol/pushes.ts';

/** A client's join position in a channel, and the journal's last number then. */
export type Joined = Since & {
  readonly number: number;
  readonly by: 'client' | 'server';
  /** The offset it certainly had: what was recovered after it may have been lost. */
  readonly floor: number;
};

/** A client's replay, and its position before. */
export type Replay = {
  /** Identifies the replay in this run of the server. */
  readonly id: number;
  /** The cursor it was recovered from; undefined if it had no event at all. */
  readonly cursor: string | undefined;
  readonly places: Map<string, Since>;
  /** The position after each event, by channel. */
  readonly steps: readonly (Since & { readonly channel: string })[];
};

/** A client's identity: its id and its user. */
export type ClientIdentity = { readonly client: string; readonly user: string };

/** One client's subscriptions. */
export class Membership {
  /** Undefined before it has entered, and in records of an older version. */
  who: ClientIdentity | undefined;
  /** See `Resumption.handOver`; only while its connection seems open. */
  handOver: (channels: ReadonlySet<string>) => ReadonlySet<string> = () => new Set();
  readonly channels = new Map<string, Joined>();
  #replay: Replay | undefined;

  get replay(): Replay | undefined {
    return this.#replay;
  }

  /** `number`: the journal's last number. */
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

  /** The client is sent this. */
  begin(replay: Replay): void {
    this.#replay = replay;
  }
}
