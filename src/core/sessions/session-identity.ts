import type { ClientInfo } from '../../ports/log.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { SignedIn } from '../access/tokens.ts';
import type { Asker } from '../limits/fair-queue.ts';
import { workKeyOf } from '../limits/work-key.ts';

/** How long a connection goes on, and what is known of its user, as a token or the developer's backend says. */
type Renewal = { readonly expiresAt?: number; readonly info?: string; readonly meta?: string };

/** Who the client of a session is, and until when its connection may go on. */
export class SessionIdentity {
  /** The id under which others see the client. */
  client: string;
  principal: Principal;
  /** When the connection ends unless it is renewed, in milliseconds since 1970; infinity when it does not. */
  expiresAt = Number.POSITIVE_INFINITY;
  /** Whether the developer's backend is asked to renew it, rather than the client for a new token. */
  renewable = false;
  /** For the developer's backend. */
  meta: string | undefined;
  readonly #address: string;
  readonly #connection: object;
  #connInfo: string | undefined;
  #info: ClientInfo | undefined;
  /** Made with the first work that is charged. */
  #asker: Asker | undefined;
  /** By their keys, those as which it has asked before it signed in: some of that work may still wait. */
  #formerAskers: Map<string, Asker> | undefined;

  constructor(principal: Principal, client: string, from: { readonly address: string; readonly connection: object }) {
    this.principal = principal;
    this.client = client;
    this.#address = from.address;
    this.#connection = from.connection;
  }

  /** How the client is shown to others. The same object as long as nothing changes: its JSON can be remembered by it. */
  get info(): ClientInfo {
    const user = userOf(this.principal);
    const connInfo = this.#connInfo;
    const known = this.#info;
    if (known?.user === user && known.client === this.client && known.connInfo === connInfo) return known;
    const info = { user, client: this.client, ...(connInfo !== undefined && { connInfo }) };
    this.#info = info;
    return info;
  }

  /** Whose share of the node's time its work is taken from. */
  get asker(): Asker {
    const { principal, client } = this;
    this.#asker ??= { key: workKeyOf({ principal, client, address: this.#address }), connection: this.#connection };
    return this.#asker;
  }

  /** All as which the connection has asked for work. */
  get askers(): readonly Asker[] {
    const former = [...(this.#formerAskers?.values() ?? [])];
    return this.#asker === undefined ? former : [...former, this.#asker];
  }

  /** The client has connected. */
  signIn({ principal, expiresAt, vouched, info, meta }: SignedIn): void {
    this.principal = principal;
    this.expiresAt = expiresAt ?? Number.POSITIVE_INFINITY;
    this.renewable = vouched === true;
    this.#connInfo = info;
    this.meta = meta;
  }

  /** The connection goes on. What is not given stays; without `expiresAt` it has no end. */
  renew({ expiresAt, info, meta }: Renewal): void {
    this.expiresAt = expiresAt ?? Number.POSITIVE_INFINITY;
    this.#connInfo = info ?? this.#connInfo;
    this.meta = meta ?? this.meta;
  }

  /** The client of an app has proved who its user is. */
  become({ principal, info }: Pick<SignedIn, 'principal' | 'info'>): void {
    this.principal = principal;
    this.#connInfo = info;
    if (this.#asker !== undefined) this.#formerAskers = new Map(this.#formerAskers).set(this.#asker.key, this.#asker);
    this.#asker = undefined;
  }
}
