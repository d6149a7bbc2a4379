import { statSync } from 'node:fs';

/** A file of the database was removed, replaced or cut: what is written would be kept nowhere. */
export class FilesGoneError extends Error {
  override readonly name = 'FilesGoneError';
  readonly code = 'BANYAN_FILES_GONE';
}

export type Watched = {
  readonly path: string;
  /** How long it is at least, in bytes; absent for a file that never becomes shorter. */
  readonly least?: () => number;
};

type Known = Watched & { readonly inode: number; size: number };

/**
 * Whether files that are open still stand under their names, as long as they should be. SQLite does not notice when they do
 * not: it goes on writing to the open file, which nobody can open again.
 */
export class FileWatch {
  readonly #files: readonly Known[];
  #cut: string | undefined;

  /** All of them must be there. */
  constructor(files: readonly Watched[]) {
    this.#files = files.map((file) => {
      const { ino, size } = statSync(file.path);
      return { ...file, inode: ino, size };
    });
  }

  /** Throws `FilesGoneError`. A file that was moved away and comes back is well again; one that was cut is not. */
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
