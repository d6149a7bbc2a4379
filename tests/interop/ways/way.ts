import type { BanyanProcess } from '../../servers/banyan.ts';

/** What a client heard of a channel: offset and data, in the order in which they came. Data is JSON. */
export type Heard = readonly [offset: number, data: unknown];

/** Somebody in one channel, who listens, speaks, or both. */
export type Party = {
  /** Everything heard so far; undefined for one who can only speak. */
  readonly heard?: readonly Heard[];
  /** Publishes; resolves when the server has answered. Absent for one who can only listen. */
  say?(data: unknown): Promise<unknown>;
  leave(): void;
};

/** One way of reaching a channel. */
export type Way = {
  readonly name: string;
  /** Resolves when everything that is published from now on will be heard. */
  join(server: BanyanProcess, channel: string): Promise<Party>;
};

/** With this key backends publish. */
export const API_KEY = 'a-key-for-the-tests-of-all-clients';
