import { statSync } from 'node:fs';

/** A file of the database was removed, replaced or truncated: writes would be lost. */
export class FilesGoneError extends Error {
  override readonly name = 'FilesGoneError';
  readonly code = 'BANYAN_FILES_GONE';
}

export type Watched = {
  readonly path: string;
  /** Its minimum length, in bytes; absent for a file that never shrinks. */
  readonly least?: () => number;
};

type WatchedFile = Watched & { readonly inode: number; size: number };

/**
 * Checks that open files still exist under their names, and at their minimum length. SQLite does not notice: it keeps
 * writing to the open file, which can never be opened again.
 */
export class FileWatch {
  readonly #files: readonly WatchedFile[];
  #cut: string | undefined;

  /** All of them must exist. */
  constructor(files: readonly Watched[]) {
    this.#files = files.map((file) => {
      const { ino, size } = statSync(file.path);
      return { ...file, inode: ino, size };
    });
  }

  /** Throws `FilesGoneError`. A file that was moved away recovers when it returns; a truncated one does not. */
  check(): void {
    if (this.#cut !== undefined) throw new FilesGoneError(this.#cut);
    for (const known of this.#files) {
      const { path } = known;
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.ino !== known.inode) {
        throw new FilesGoneError(
          `${path} was ${found === undefined ? 'removed' : 'replaced'} while the server uses it`,
        );
      }
      if (found.size < (known.least?.() ?? known.size)) {
        this.#cut = `${path} was cut while the server uses it`;
        throw new FilesGoneError(this.#cut);
      }
      known.size = found.size;
    }
  }
}
