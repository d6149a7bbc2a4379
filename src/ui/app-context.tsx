import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Client } from '../../client/client.ts';

/** A person, as shown on screens. */
export type Person = {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  /** URL of the picture; null: show initials. */
  readonly picture: string | null;
  readonly disabled: boolean;
};

export type Whereabouts = { readonly online: boolean; readonly lastSeenAt: number | null };

/** People known to this page. */
export interface PeopleSource {
  /** Calls back on every change of a profile; not of online status. */
  subscribe(listener: () => void): () => void;
  /** A number that changes with each profile change. */
  version(): number;
  /** Undefined until known. The same object until something about the person changes. */
  person(id: string): Person | undefined;
  /** Loads the person unless known, many at a time. Failures are retried while there are listeners. */
  want(id: string): void;
  whereabouts(id: string): Whereabouts | undefined;
  /** Follows whether the person is online, and calls back on changes, until the returned function is called. */
  watch(id: string, listener: () => void): () => void;
  /** By handle or display name; everyone, by name, for ''. */
  find(text: string): Promise<readonly Person[]>;
}

/** The context of every signed-in screen. */
export type AppContext = {
  readonly client: Client;
  /** The signed-in person's id. */
  readonly me: string;
  readonly people: PeopleSource;
  /** Aborted when this session ends: ends work that outlives a screen. */
  readonly signedOut: AbortSignal;
};

const Context = createContext<AppContext | undefined>(undefined);

export function AppProvider({ value, children }: { readonly value: AppContext; readonly children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function useApp(): AppContext {
  const app = useContext(Context);
  if (app === undefined) throw new Error('this screen needs someone signed in');
  return app;
}

/** Undefined until it is known. */
export function usePerson(id: string): Person | undefined {
  const { people } = useApp();
  useEffect(() => people.want(id), [people, id]);
  return useSyncExternalStore(people.subscribe, () => people.person(id));
}

/** Several people; those not known yet are loaded. Renders again when a profile changes. */
export function usePeople(ids: readonly string[]): (id: string) => Person | undefined {
  const { people } = useApp();
  const wanted = ids.join(' ');
  useEffect(() => {
    for (const id of wanted.split(' ')) people.want(id);
  }, [people, wanted]);
  useSyncExternalStore(people.subscribe, people.version);
  return people.person;
}
