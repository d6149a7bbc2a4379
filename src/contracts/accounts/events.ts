/**
 * Publications of accounts, for other features.
 *
 * `user:<id>`: a person's own channel; the server subscribes all of their connections (memory history, 100
 * publications, 5 minutes). Features publish changes for the person's devices there. `people:all`: profile changes; the
 * server subscribes everyone who is signed in. `online:<id>`: whether a person is online; clients subscribe for the
 * people they show.
 */
import type { Profile } from './contract.ts';

export type PeopleEvent = { readonly type: 'profile'; readonly profile: Profile };

export type OnlineEvent = { readonly type: 'online'; readonly online: boolean; readonly at: number };

export function userChannel(user: string): `user:${string}` {
  return `user:${user}`;
}

export const PEOPLE_CHANNEL = 'people:all';

export function onlineChannel(user: string): `online:${string}` {
  return `online:${user}`;
}
