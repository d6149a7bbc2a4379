/** Files by name. A name is made by us (letters, digits, `-`, `.`, `/`), never taken from outside. */
export interface Blobs {
  /** Durable when it resolves; replaces what was there. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>;
}
