import { statSync } from 'node:fs';

/** A file of the database was removed, replaced or cut: what is written would be kept nowhere. */
export class FilesGoneError extends Error {
  override readonly name = 'FilesGoneError';
  readonly code = 'BANYAN_FILES_GONE';
}

type Known = { readonly inode: number; size: number };

/**
 * Whether files that are open still stand under their names. SQLite does not notice when they do not: it goes on writing
 * to the open file, which nobody can open again. The size of none of them ever shrinks while a server uses it.
 */
export class FileWatch {
  readonly #files: Map<string, Known>;
  #cut: string | undefined;

  /** All of them must be there. */
  constructor(paths: readonly string[]) {
    this.#files = new Map(
      paths.map((path) => {
        const { ino, size } = statSync(path);
        return [path, { inode: ino, size }];
      }),
    );
  }

  /** Throws `FilesGoneError`. A file that was moved away and comes back is well again; one that was cut is not. */
  check(): void {
    if (this.#cut !== undefined) throw new FilesGoneError(this.#cut);
    for (const [path, known] of this.#files) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.ino !== known.inode) {
        throw new FilesGoneError(
          `${path} was ${found === undefined ? 'removed' : 'replaced'} while the server uses it`,
        );
      }
      if (found.size < known.size) {
        this.#cut = `${path} was cut while the server uses it`;
        throw new FilesGoneError(this.#cut);
      }
      known.size = found.size;
    }
  }
}
