/** Files by name. A name is made by us (`isBlobName`), never taken from outside; the methods reject any other. */
export interface Blobs {
  /** Durable when it resolves; replaces what was there, never half. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>;
}

/** Letters, digits, `-`, `_` and `.` in parts joined by `/`, no part starting with a dot; at most 200 characters. */
export function isBlobName(name: string): boolean {
  return name.length <= 200 && /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(name);
}

/** @throws TypeError for a text that is no blob's name. */
export function checkBlobName(name: string): void {
  if (!isBlobName(name)) throw new TypeError(`not a blob's name: ${JSON.stringify(name)}`);
}
