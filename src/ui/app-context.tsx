import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
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

/** People known to this page; what is asked for and not known yet is fetched, many at a time. */
export interface PeopleSource {
  /** Hears of every change of a profile; not of who comes and goes. */
  subscribe(listener: () => void): () => void;
  /** Another number each time that someone's profile has changed. */
  version(): number;
  /** The same object until something about the person changes. */
  person(id: string): Person | undefined;
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
  return useSyncExternalStore(people.subscribe, () => people.person(id));
}
