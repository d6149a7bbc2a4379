import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Blobs, checkBlobName } from '../../ports/blobs.ts';

/** Blob names never start with a dot, so files here are never mistaken for blobs. */
const INCOMING = '.incoming';

/** Files in a folder owned by one process. After a crash the file is the old one or the new one, never partial. */
export class DiskBlobs implements Blobs {
  readonly #folder: string;
  #swept: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const target = this.#path(name);
    await this.#sweepOnce();
    const incoming = join(this.#folder, INCOMING, randomUUID());
    await makeFolder(dirname(target));
    try {
      await writeSynced(incoming, bytes);
      await rename(incoming, target);
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(this.#path(name)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    await unlink(this.#path(name)).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  }

  #sweepOnce(): Promise<void> {
    this.#swept ??= emptyFolder(join(this.#folder, INCOMING)).catch((error: unknown) => {
      // The disk may work again at the next put.
      this.#swept = undefined;
      throw error;
    });
    return this.#swept;
  }

  #path(name: string): string {
    checkBlobName(name);
    return join(this.#folder, name);
  }
}

/** Removes partial files of an earlier process. */
async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder);
}

/** A new folder is durable once its parent is synced too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; NTFS journals the rename by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
