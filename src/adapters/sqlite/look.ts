import type { Database } from 'bun:sqlite';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, type SchemaStep, whyMissing } from './open.ts';
import { openExisting } from './open-existing.ts';
import { findDamage } from './quick-check.ts';
import { LOG_MIGRATIONS } from './schema.ts';

/** The condition of a data folder's database, found without changing it. */
export type DatabaseLook =
  | { readonly kind: 'none' }
  /** The database is missing, or a repair was interrupted: the next start refuses, with this message. */
  | { readonly kind: 'missing'; readonly why: string }
  /** It is unreadable or not ours, or too damaged to check further. */
  | { readonly kind: 'unreadable' | 'damaged'; readonly why: string }
  | {
      readonly kind: 'there';
      readonly bytes: number;
      /** Schema steps this program does not know, and those it will still apply. */
      readonly unknown: readonly string[];
      readonly pending: number;
      /** What SQLite's `quick_check` finds; undefined if it was not run. */
      readonly broken: readonly string[] | undefined;
    };

const MAX_PROBLEMS = 5;

export type LookSettings = {
  readonly folder: string;
  readonly featureSteps: readonly SchemaStep[];
  /** A larger database is not checked page by page, which would read all of it. */
  readonly checkBytes: number;
};

/** Inspects the database through a read-only handle; a running server is not disturbed. */
export function inspectDatabase({ folder, featureSteps, checkBytes }: LookSettings): DatabaseLook {
  const file = join(folder, DATABASE_FILE);
  const why = whyMissing(folder);
  if (why !== undefined) return { kind: 'missing', why };
  if (!existsSync(file)) return { kind: 'none' };
  try {
    const db = openExisting(file);
    try {
      return inspectTables(db, { file, steps: [...LOG_MIGRATIONS, ...featureSteps], checkBytes });
    } finally {
      db.close();
    }
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    return { kind: code?.startsWith('SQLITE_CORRUPT') === true ? 'damaged' : 'unreadable', why: message };
  }
}

type Inside = { readonly file: string; readonly steps: readonly SchemaStep[]; readonly checkBytes: number };

function inspectTables(db: Database, { file, steps, checkBytes }: Inside): DatabaseLook {
  const tables = db.query(`SELECT name FROM sqlite_master WHERE type = 'table'`).values().flat();
  if (!tables.includes('schema_steps')) return { kind: 'unreadable', why: 'it has no tables of Banyan' };
  const applied = new Set(db.query('SELECT id FROM schema_steps').values().flat().map(String));
  const known = new Set(steps.map(({ id }) => id));
  const bytes = statSync(file).size;
  return {
    kind: 'there',
    bytes,
    unknown: [...applied].filter((id) => !known.has(id)),
    pending: [...known].filter((id) => !applied.has(id)).length,
    broken: bytes > checkBytes ? undefined : findDamage(db, MAX_PROBLEMS),
  };
}
