import type { BanyanProcess } from '../../servers/banyan.ts';

/** A publication a client received: offset and data, in arrival order. Data is JSON. */
export type Heard = readonly [offset: number, data: unknown];

/** A participant in one channel, who subscribes, publishes, or both. */
export type Party = {
  /** Everything received so far; undefined for one that only publishes. */
  readonly heard?: readonly Heard[];
  /** Publishes; resolves when the server has replied. Absent for one that only subscribes. */
  say?(data: unknown): Promise<unknown>;
  leave(): void;
};

/** One way to use a channel. */
export type Way = {
  readonly name: string;
  /** Resolves when the subscription is active. */
  join(server: BanyanProcess, channel: string): Promise<Party>;
};

/** The server API key of backends. */
export const API_KEY = 'a-key-for-the-tests-of-all-clients';
