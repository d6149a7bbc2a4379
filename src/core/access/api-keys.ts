import { hashToken } from '../text/random-text.ts';

/** What a key of the server API opens. */
export type KeyScope = {
  /** Absent: all methods. */
  readonly methods?: readonly string[] | undefined;
  /** Absent: all namespaces, and what is no namespace's (`disconnect`, `info`). */
  readonly namespaces?: readonly string[] | undefined;
  /** Calls, each one of a batch; twice as many at once. Absent: no bound. */
  readonly perSecond?: number | undefined;
};

/** A key of the server API. The key itself is kept nowhere, but for its hash. */
export type ApiKey = KeyScope & {
  readonly id: string;
  /** SHA-256 in hex. */
  readonly hash: string;
};

/** A key as settings state it. */
export type StatedKey = KeyScope & {
  readonly key: string;
  /** For people; told to nobody who holds it. */
  readonly name?: string | undefined;
  readonly revoked?: boolean | undefined;
};

/**
 * The keys that open the server API at the moment: those of the settings, and those that the owner makes while it runs.
 * They are found by hash, which tells nobody by its time how near a guess has come.
 */
export class ApiKeys {
  readonly configured: readonly StatedKey[];
  readonly #byId = new Map<string, ApiKey>();
  readonly #byHash = new Map<string, ApiKey>();
  readonly #ready: Promise<unknown>;

  constructor(configured: readonly StatedKey[]) {
    this.configured = configured;
    this.#ready = this.#addStated();
  }

  /** Undefined for one that opens nothing. */
  async find(given: string): Promise<ApiKey | undefined> {
    await this.#ready;
    return this.#byHash.get(await hashToken(given));
  }

  /** The key as it is now, after somebody may have changed it; undefined when it opens nothing any more. */
  current({ id }: ApiKey): ApiKey | undefined {
    return this.#byId.get(id);
  }

  /** A new key, or a known one that opens something else. */
  set(key: ApiKey): void {
    this.#byId.set(key.id, key);
    this.#byHash.set(key.hash, key);
  }

  revoke(id: string): void {
    const key = this.#byId.get(id);
    if (key === undefined) return;
    this.#byId.delete(id);
    this.#byHash.delete(key.hash);
  }

  /** Of one that stands there twice the last word holds. */
  async #addStated(): Promise<void> {
    const hashes = await Promise.all(this.configured.map(({ key }) => hashToken(key)));
    for (const [index, { methods, namespaces, perSecond, revoked }] of this.configured.entries()) {
      const hash = hashes[index] ?? '';
      if (revoked === true) this.#byHash.delete(hash);
      else this.set({ id: configuredId(index), hash, methods, namespaces, perSecond });
    }
  }
}

/** How a key of the settings, which has no id of its own, is called: by its place. */
export function configuredId(index: number): string {
  return `settings-${index + 1}`;
}
