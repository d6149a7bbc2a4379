/**
 * What accounts publishes for others to read.
 *
 * `user:<id>`: a person's own channel; every connection of theirs is put into it by the server (memory history,
 * 100 publications, 5 minutes). Features tell a person's devices there what changed for them.
 * `people:all`: everyone signed in is put into it by the server; profile changes.
 * `online:<id>`: whether a person is online; clients subscribe for the people they show.
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
