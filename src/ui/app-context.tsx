import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Client } from '../../client/client.ts';

/** Someone, as screens show them. */
export type Person = {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  /** Address of the picture; null: draw initials. */
  readonly picture: string | null;
  readonly disabled: boolean;
};

export type Whereabouts = { readonly online: boolean; readonly lastSeenAt: number | null };

/** People known to this page. */
export interface PeopleSource {
  /** Hears of every change of a profile; not of who comes and goes. */
  subscribe(listener: () => void): () => void;
  /** Another number each time that someone's profile has changed. */
  version(): number;
  /** Undefined until known. The same object until something about the person changes. */
  person(id: string): Person | undefined;
  /** Fetches the person unless known, many at a time. What fails is tried again while anyone listens. */
  want(id: string): void;
  whereabouts(id: string): Whereabouts | undefined;
  /** Follows whether the person is online, and calls back when that changes, until the answer is called. */
  watch(id: string, listener: () => void): () => void;
  /** By handle or display name; everyone, by name, for ''. */
  find(text: string): Promise<readonly Person[]>;
}

/** What every screen behind the sign-in can reach. */
export type AppContext = {
  readonly client: Client;
  /** The signed-in person's id. */
  readonly me: string;
  readonly people: PeopleSource;
  /** Aborted when this sign-in is over: what outlives a screen ends then. */
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

/** Looks up several people; those not known yet are fetched. Renders again when someone's profile changes. */
export function usePeople(ids: readonly string[]): (id: string) => Person | undefined {
  const { people } = useApp();
  const wanted = ids.join(' ');
  useEffect(() => {
    for (const id of wanted.split(' ')) people.want(id);
  }, [people, wanted]);
  useSyncExternalStore(people.subscribe, people.version);
  return people.person;
}
