import { type Blobs, checkBlobName } from '../../ports/blobs.ts';

/** Files in the memory of this process. */
export class MemoryBlobs implements Blobs {
  readonly #files = new Map<string, Uint8Array>();

  /** The number of files. */
  get size(): number {
    return this.#files.size;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    checkBlobName(name);
    this.#files.set(name, bytes.slice());
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    checkBlobName(name);
    return this.#files.get(name)?.slice();
  }

  async remove(name: string): Promise<void> {
    checkBlobName(name);
    this.#files.delete(name);
  }
}
