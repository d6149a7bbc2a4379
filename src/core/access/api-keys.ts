import { hashToken } from '../text/random-text.ts';

/** The scope of a key of the server API. */
export type KeyScope = {
  /** Absent: all methods. */
  readonly methods?: readonly string[] | undefined;
  /** Absent: all namespaces, and methods without a channel (`disconnect`, `info`). */
  readonly namespaces?: readonly string[] | undefined;
  /** Calls per second, each one of a batch counted; the burst is twice that. Absent: unlimited. */
  readonly perSecond?: number | undefined;
};

/** A key of the server API. Only its hash is stored. */
export type ApiKey = KeyScope & {
  readonly id: string;
  /** SHA-256 in hex. */
  readonly hash: string;
};

/** A key in the settings. */
export type ConfiguredKey = KeyScope & {
  readonly key: string;
  /** For people; not shown to the key's users. */
  readonly name?: string | undefined;
  readonly revoked?: boolean | undefined;
};

/**
 * The current keys of the server API: those of the settings, and those the owner creates at run time. They are looked
 * up by hash, so that timing does not reveal how close a guess is.
 */
export class ApiKeys {
  readonly configured: readonly ConfiguredKey[];
  readonly #byId = new Map<string, ApiKey>();
  readonly #byHash = new Map<string, ApiKey>();
  readonly #ready: Promise<unknown>;

  constructor(configured: readonly ConfiguredKey[]) {
    this.configured = configured;
    this.#ready = this.#addConfigured();
  }

  /** Undefined for an invalid key. */
  async find(given: string): Promise<ApiKey | undefined> {
    await this.#ready;
    return this.#byHash.get(await hashToken(given));
  }

  /** The key's current state; undefined if it is not valid any more. */
  current({ id }: ApiKey): ApiKey | undefined {
    return this.#byId.get(id);
  }

  /** Adds a key, or changes its scope. */
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

  /** If a key is listed twice the last entry counts. */
  async #addConfigured(): Promise<void> {
    const hashes = await Promise.all(this.configured.map(({ key }) => hashToken(key)));
    for (const [index, { methods, namespaces, perSecond, revoked }] of this.configured.entries()) {
      const hash = hashes[index] ?? '';
      if (revoked === true) this.#byHash.delete(hash);
      else this.set({ id: configuredId(index), hash, methods, namespaces, perSecond });
    }
  }
}

/** The id of a key of the settings, which has none of its own: its position. */
export function configuredId(index: number): string {
  return `settings-${index + 1}`;
}
