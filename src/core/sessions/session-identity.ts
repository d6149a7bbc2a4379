import type { ClientInfo } from '../../ports/log.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { SignedIn } from '../access/tokens.ts';
import type { Asker } from '../limits/fair-queue.ts';
import { workKeyOf } from '../limits/work-key.ts';

/** A connection's expiry and user, from a token or the developer's backend. */
type Renewal = { readonly expiresAt?: number; readonly info?: string; readonly meta?: string };

/** The identity of a session's client, and its connection's expiry. */
export class SessionIdentity {
  /** The id under which others see the client. */
  client: string;
  principal: Principal;
  /** The connection's expiry, in milliseconds since 1970; infinity without. */
  expiresAt = Number.POSITIVE_INFINITY;
  /** Whether the developer's backend renews it, instead of the client with a new token. */
  renewable = false;
  /** For the developer's backend. */
  meta: string | undefined;
  readonly #address: string;
  readonly #connection: object;
  #connInfo: string | undefined;
  #info: ClientInfo | undefined;
  /** Created with the first charged work. */
  #asker: Asker | undefined;
  /** By key: the identities it used before it signed in; their work may still wait. */
  #formerWorkKeys: Map<string, Asker> | undefined;

  constructor(principal: Principal, client: string, from: { readonly address: string; readonly connection: object }) {
    this.principal = principal;
    this.client = client;
    this.#address = from.address;
    this.#connection = from.connection;
  }

  /** How the client is shown to others. The same object as long as nothing changes, so that its JSON can be cached. */
  get info(): ClientInfo {
    const user = userOf(this.principal);
    const connInfo = this.#connInfo;
    const known = this.#info;
    if (known?.user === user && known.client === this.client && known.connInfo === connInfo) return known;
    const info = { user, client: this.client, ...(connInfo !== undefined && { connInfo }) };
    this.#info = info;
    return info;
  }

  /** The key its work is charged to. */
  get asker(): Asker {
    const { principal, client } = this;
    this.#asker ??= { key: workKeyOf({ principal, client, address: this.#address }), connection: this.#connection };
    return this.#asker;
  }

  /** All keys the connection's work was charged to. */
  get workKeys(): readonly Asker[] {
    const former = [...(this.#formerWorkKeys?.values() ?? [])];
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

  /** The connection is renewed. Absent fields stay; without `expiresAt` it does not expire. */
  renew({ expiresAt, info, meta }: Renewal): void {
    this.expiresAt = expiresAt ?? Number.POSITIVE_INFINITY;
    this.#connInfo = info ?? this.#connInfo;
    this.meta = meta ?? this.meta;
  }

  /** The app's client has signed in. */
  become({ principal, info }: Pick<SignedIn, 'principal' | 'info'>): void {
    this.principal = principal;
    this.#connInfo = info;
    if (this.#asker !== undefined)
      this.#formerWorkKeys = new Map(this.#formerWorkKeys).set(this.#asker.key, this.#asker);
    this.#asker = undefined;
  }
}
