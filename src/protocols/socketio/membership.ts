import type { Since } from '../../core/commands.ts';

/** Where a client came into a channel: its position there, and what the journal had told last. */
export type Joined = Since & { readonly number: number; readonly by: 'client' | 'server' };

/** What a client is in, by channel. */
export type Membership = ReadonlyMap<string, Joined>;
