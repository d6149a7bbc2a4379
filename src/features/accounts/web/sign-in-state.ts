import { type Client, createClient } from '../../../../client/client.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { Me } from '../../../contracts/accounts/contract.ts';
import type { PeopleSource } from '../../../ui/app-context.tsx';
import { createPeopleSource } from './people-source.ts';

export type SignedIn = {
  readonly kind: 'in';
  readonly me: Me;
  readonly client: Client;
  readonly people: PeopleSource;
  /** Aborted when this session ends. */
  readonly signedOut: AbortSignal;
};

/** Whether someone is signed in on this page. */
export type SignInState =
  | { readonly kind: 'checking' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'out' }
  | SignedIn;

/** The storage key of the last signed-in person, so that the app opens while offline. */
const REMEMBERED = 'banyan-me';

/** The page's session: its person, and the one live client for them. */
export class SignIn {
  readonly #state = createObservable<SignInState>({ kind: 'checking' });
  /** For calls before anyone is signed in. */
  readonly guest = createClient({ url: location.origin });
  #over = new AbortController();

  get state(): Observable<SignInState> {
    return this.#state;
  }

  /** Asks the server who is signed in; over HTTP, which also renews the cookie. */
  async check(): Promise<void> {
    try {
      this.enter(await this.guest.call('accounts.me', {}, { overHttp: true }));
    } catch (error) {
      if (isSignedOut(error)) return this.#leave();
      const remembered = readRemembered();
      if (remembered !== null) this.enter(remembered);
      else this.#state.set({ kind: 'unreachable' });
    }
  }

  /** All tabs share one cookie: signing in or out in one applies to all. */
  followOtherTabs(): void {
    addEventListener('storage', () => {
      if (this.#state.get().kind === 'out' && readRemembered() !== null) void this.check();
      else this.#giveWay();
    });
  }

  /** Someone has just signed in or registered. */
  enter(me: Me): void {
    this.#end();
    localStorage.setItem(REMEMBERED, JSON.stringify(me));
    const client = createClient({ url: location.origin });
    const people = createPeopleSource(client);
    people.put(me);
    client.connection.subscribe((connection) => {
      // A suspended tab has missed it.
      if (connection.kind === 'connected') this.#giveWay();
      // Closed permanently: signed out elsewhere or disabled. The server knows which.
      if (connection.kind === 'disconnected' && connection.code !== 0) void this.#checkAgain();
    });
    this.#state.set({ kind: 'in', me, client, people, signedOut: this.#over.signal });
    // Stores listen first, so that they miss nothing of the connection's start.
    setTimeout(() => client.connect(), 0);
  }

  /** The person's own profile has changed. */
  update(me: Me): void {
    const state = this.#state.get();
    if (state.kind === 'in') this.#state.set({ ...state, me });
    localStorage.setItem(REMEMBERED, JSON.stringify(me));
  }

  async signOut(): Promise<void> {
    const state = this.#state.get();
    if (state.kind !== 'in') return;
    await state.client.call('accounts.signOut', {}, { overHttp: true });
    this.#leave();
  }

  /** Once the cookie is another person's the page reloads: nothing of the last person may stay. */
  #giveWay(): void {
    const state = this.#state.get();
    if (state.kind !== 'in' || readRemembered()?.id === state.me.id) return;
    state.client.disconnect();
    location.reload();
  }

  /** Nothing of the last session stays in the next. */
  #end(): void {
    const state = this.#state.get();
    this.#over.abort();
    this.#over = new AbortController();
    if (state.kind === 'in') state.client.disconnect();
  }

  #leave(): void {
    this.#end();
    localStorage.removeItem(REMEMBERED);
    this.#state.set({ kind: 'out' });
  }

  async #checkAgain(): Promise<void> {
    const state = this.#state.get();
    if (state.kind !== 'in') return;
    try {
      const me = await state.client.call('accounts.me', {}, { overHttp: true });
      if (me.id === state.me.id) state.client.connect();
      else this.enter(me);
    } catch (error) {
      if (isSignedOut(error)) this.#leave();
      else setTimeout(() => void this.#checkAgain(), RETRY_MS);
    }
  }
}

const RETRY_MS = 5_000;

function isSignedOut(error: unknown): boolean {
  return error instanceof BanyanError && error.name === 'unauthorized';
}

function readRemembered(): Me | null {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as Me | null;
  } catch {
    return null;
  }
}
