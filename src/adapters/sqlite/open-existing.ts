import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';

/**
 * Opened for inspection only: a reader would create a WAL file, a writer would checkpoint one. Never creates a
 * database.
 */
export function openExisting(file: string): Database {
  try {
    const db = new Database(file, existsSync(`${file}-wal`) ? { readonly: true } : { readwrite: true });
    db.query('SELECT count(*) FROM sqlite_master').get();
    return db;
  } catch (error) {
    // A WAL file left by a crash can only be read after recovery, which needs a writable handle.
    if ((error as { code?: string }).code?.startsWith('SQLITE_CANTOPEN'))
      return new Database(file, { readwrite: true });
    throw error;
  }
}
